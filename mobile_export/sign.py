"""Sign a bundle, and the channel that tells apps to take it: on any machine, offline, without torch.

    python -m mobile_export.sign keygen ops-2026 --out ~/keys
    python -m mobile_export.sign bundle BUNDLE --key ~/keys/ops-2026.pem
    python -m mobile_export.sign channel BUNDLE --key ~/keys/ops-2026.pem --rollout 10
    python -m mobile_export.sign channel BUNDLE --key ~/keys/ops-2026.pem --rollback-to BUNDLE/previous/3

Only `pip install cryptography` is needed. The key may be in SKINSCORE_SIGNING_KEY (PEM text) with --key-id instead.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from mobile_export.channel import SHA256, ChannelError, Terms, compose, read_channel, write_channel
from mobile_export.parts import BundleError, changed, read_bundle
from mobile_export.signing import VARIABLE, SignatureError, SigningKey, find_key, make_key


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m mobile_export.sign", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = p.add_subparsers(dest="command", required=True)
    keygen = commands.add_parser("keygen", help="make a key and print its public half; never overwrites one")
    keygen.add_argument("key_id", type=_key_id)
    keygen.add_argument("--out", type=Path, default=Path(), help="folder for KEY_ID.pem (default: this one)")
    bundle = commands.add_parser("bundle", help="write bundle.sig beside bundle.json")
    channel = commands.add_parser("channel", help="write channel.json and channel.sig")
    for one in (bundle, channel):
        one.add_argument("bundle", type=Path, help="folder of the bundle")
        one.add_argument("--key", type=Path, help=f"Ed25519 key, PEM (default: the text in {VARIABLE})")
        one.add_argument("--key-id", help="the key's name (default: the file's)")
    _add_terms(channel)
    return p


def _add_terms(channel: argparse.ArgumentParser) -> None:
    channel.add_argument("--out", type=Path, help="folder to write to (default: the bundle's, where the API reads it)")
    channel.add_argument("--channel", default=Terms.channel, help="its name (default stable)")
    channel.add_argument("--sequence", type=int, help="must rise (default: one above the channel there)")
    channel.add_argument("--rollout", type=_percent, default=100, metavar="PCT", help="share of installs (default 100)")
    channel.add_argument("--expires-days", type=_days, default=Terms.expires_days, help="(default 14)")
    channel.add_argument("--min-app", type=_version, default=Terms.min_app, help="oldest app that may take it")
    channel.add_argument("--revoke", action="append", default=[], metavar="SHA256|DIR", help="withdraw a bundle")
    channel.add_argument(
        "--rollback-to", type=Path, metavar="DIR", help="name this older bundle instead, as a rollback"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when the files are written, 2 with a sentence when not."""
    args = parser().parse_args(argv)
    try:
        if args.command == "keygen":
            print(json.dumps({args.key_id: make_key(args.out, args.key_id).public}))
            return 0
        key = find_key(args.key, args.key_id)
        (sign_bundle if args.command == "bundle" else sign_channel)(args, key)
    except FileExistsError as error:
        print(f"mobile_export.sign: {error.filename} exists: a key is never overwritten", file=sys.stderr)
    except (SignatureError, ChannelError, BundleError) as error:
        print(f"mobile_export.sign: {error}", file=sys.stderr)
    except OSError as error:
        print(f"mobile_export.sign: {error.filename}: {error.strerror}", file=sys.stderr)
    else:
        return 0
    return 2


def sign_bundle(args: argparse.Namespace, key: SigningKey) -> None:
    """Sign a bundle whose files are all as it lists them."""
    raw, bundle = read_bundle(args.bundle)
    if faults := changed(args.bundle, bundle):
        raise BundleError(f"not signed: {'; '.join(faults)}")
    (args.bundle / "bundle.sig").write_text(key.sign(raw), "utf-8")
    print(f"{args.bundle / 'bundle.sig'}: sequence {bundle['sequence']}, signed by {key.key_id}")


def sign_channel(args: argparse.Namespace, key: SigningKey) -> None:
    """Sign a channel that names a signed bundle."""
    named, out = args.rollback_to or args.bundle, args.out or args.bundle
    raw, bundle = read_bundle(named)
    if not (named / "bundle.sig").is_file():
        raise BundleError(f"{named} is not signed: run `python -m mobile_export.sign bundle {named}` first")
    rollback = args.rollback_to is not None
    terms = Terms(args.channel, args.sequence, args.expires_days, args.min_app, args.rollout, rollback)
    revoked = [_sha256_of(one) for one in args.revoke]
    document = compose(hashlib.sha256(raw).hexdigest(), read_channel(out), terms, revoked, datetime.now(UTC))
    write_channel(out, document, key)
    does = "goes back to" if rollback else "names"
    print(f"{out / 'channel.json'}: sequence {document['sequence']} {does} bundle sequence {bundle['sequence']}")


def _sha256_of(text: str) -> str:
    """Of the bundle in a folder, or the hash itself."""
    if SHA256.fullmatch(text):
        return text
    return hashlib.sha256(read_bundle(Path(text))[0]).hexdigest()


def _key_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError("a key id has letters, digits, '.', '_' and '-' only")
    return text


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        raise argparse.ArgumentTypeError("a whole number from 0 to 100")
    return int(text)


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days <= 366:
        raise argparse.ArgumentTypeError("more than 0 and at most 366 days")
    return days


def _version(text: str) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+", text):
        raise argparse.ArgumentTypeError("a version has three numbers: 1.4.0")
    return text


if __name__ == "__main__":
    sys.exit(main())
