"""Publish models to installed apps, and see what became of them.

    export MODEL_DIR=var/models                     # the same for the server
    python -m api.models publish bundle --trusted-keys my_keys.json
    python -m api.models list
    python -m api.models status
    python -m api.models withdraw 7                 # by sequence, version or hash: nobody gets it any more

`publish` takes the bundle in a folder and the channel that `mobile_export.sign` put beside it, and changes nothing
unless signature, hashes, golden photos and rising sequences hold. It needs the full install; the others do not.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from api.config import Config, ConfigError, is_development, model_dir
from api.database import database, open_database
from api.models import held, status, store
from api.models.errors import NotPublished

Said = tuple[dict[str, Any], str]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m api.models", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = p.add_subparsers(dest="command", required=True)
    publishing = commands.add_parser("publish", help="prove a bundle and its channel, then serve them")
    publishing.add_argument("bundle", type=Path, help="folder of a signed bundle")
    publishing.add_argument("--trusted-keys", type=Path, help="JSON of key id -> public key, as your apps hold them")
    withdrawing = commands.add_parser("withdraw", help="end the delivery of a bundle at once")
    withdrawing.add_argument("bundle", help="its sequence, its version, or its hash or the beginning of it")
    listing = commands.add_parser("list", help="all bundles that were published")
    state = commands.add_parser("status", help="the channel, downloads, and which models grade")
    state.add_argument("--days", type=int, default=7, help="how far back scores are counted (default 7)")
    for one in (publishing, withdrawing, listing, state):
        one.add_argument("--json", choices=["-"], help="print one JSON object")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it is done, 2 with a sentence when nothing was changed."""
    args = parser().parse_args(argv)
    try:
        record, text = COMMANDS[args.command](args)
    except (NotPublished, ConfigError) as error:
        print(f"api.models: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"api.models: {error.filename or ''}: {error.strerror}; publish again when that is mended", file=sys.stderr
        )
        return 2
    print(json.dumps(record, ensure_ascii=False) if args.json else text)
    return 0


def publish(args: argparse.Namespace) -> Said:
    development = is_development(os.environ)
    if not development and args.trusted_keys is None:
        raise NotPublished("outside development name the keys that your apps trust: --trusted-keys FILE")
    try:
        from api.models.publishing import Terms  # torch takes seconds to import, and a light install lacks it
        from api.models.publishing import publish as prove_and_publish
        from mobile_export.signing import SignatureError, trusted_keys
    except ImportError as error:
        hint = "publish where requirements.txt is installed, into the same MODEL_DIR"
        raise NotPublished(
            f"golden photos are graded before anything is live, which needs {error.name}: {hint}"
        ) from None
    try:
        terms = Terms(model_dir(os.environ), trusted_keys(args.trusted_keys), development)
    except SignatureError as error:
        raise NotPublished(str(error)) from None
    said = prove_and_publish(args.bundle, terms)
    return {"done": said}, "\n".join(said)


def withdraw(args: argparse.Namespace) -> Said:
    place = model_dir(os.environ)
    with store.alone(place):
        bundle = status.chosen(place, args.bundle)
        store.withdraw(bundle)
    said = [f"sequence {bundle.data['sequence']} is withdrawn: no app gets it from here any more"]
    if (held.channel(place) or {}).get("bundle_sha256") == bundle.sha256:
        said.append(
            "the channel still names it: publish one signed with --rollback-to OLDER --revoke for apps that have it"
        )
    return {"withdrawn": bundle.sha256, "done": said}, "\n".join(said)


def list_all(args: argparse.Namespace) -> Said:
    rows = status.listed(model_dir(os.environ))
    return {"bundles": rows}, status.listing_table(rows)


def tell_status(args: argparse.Namespace) -> Said:
    config = Config.from_environment()
    open_database(config.database_url)
    with database.connection_context():
        found = status.status(config.model_dir, args.days)
    return found, status.status_table(found)


COMMANDS: dict[str, Callable[[argparse.Namespace], Said]] = {
    "publish": publish,
    "withdraw": withdraw,
    "list": list_all,
    "status": tell_status,
}

if __name__ == "__main__":
    sys.exit(main())
