"""Prove a bundle: hashes, signature, golden vectors, and that its files answer like its checkpoint.

    python -m mobile_export.check mobile_export/reference
    python -m mobile_export.check mobile_export/reference --json -
    python -m mobile_export.check bundle --trusted-keys my_keys.json --channel bundle --seen-sequence 7

The fp32 weights in the bundle are the checkpoint; `--checkpoint DIR` compares with another. What bundle.json lists is
judged, and nothing else is run: each file by the runtime that it is for, Core ML by `mobile_export.mil_eval`, Vulkan by
its structure alone. Status 0 only when every check holds.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mobile_export.channel import check_channel
from mobile_export.figures import Reference, judge
from mobile_export.formats import BY_NAME, SERVER
from mobile_export.gates import shortfalls, with_worst
from mobile_export.proof import Checks, golden_answers, rows_of, signed_and_whole
from mobile_export.signing import SignatureError, trusted_keys
from training import checkpoint
from training.decoding import Decoding
from training.runtime import Runner


def main(argv: Sequence[str] | None = None) -> int:
    """Run every check; 0 when all hold, 1 when one fails, 2 when there is no bundle."""
    p = argparse.ArgumentParser(
        "python -m mobile_export.check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("bundle", type=Path)
    p.add_argument("--checkpoint", type=Path, help="compare with this checkpoint instead of the bundle's own weights")
    p.add_argument("--photos", type=int, default=200, help="fresh synthetic photos to compare on (default 200)")
    p.add_argument("--seed", type=int, default=777)
    p.add_argument("--trusted-keys", type=Path, help="JSON of key id -> public key (default: the development key)")
    p.add_argument("--channel", type=Path, help="also verify this channel.json, or the one in this folder")
    p.add_argument("--seen-sequence", type=int, default=0, help="highest channel sequence seen so far (default 0)")
    p.add_argument("--json", help="write the outcome as one JSON object to this file; - is stdout")
    args = p.parse_args(argv)
    try:
        raw = (args.bundle / "bundle.json").read_bytes()
        bundle = json.loads(raw)
        if SERVER not in rows_of(bundle):
            raise ValueError(f"it does not list {SERVER.path}")
        trusted_keys(args.trusted_keys)
    except SignatureError as error:
        print(f"mobile_export.check: {error}", file=sys.stderr)
        return 2
    except (OSError, ValueError, LookupError, TypeError) as error:
        print(f"mobile_export.check: {args.bundle} holds no readable bundle.json: {error}", file=sys.stderr)
        return 2
    checks = run_checks(args, raw, bundle)
    show(checks, args.json)
    return 0 if all(check["ok"] for check in checks.values()) else 1


def run_checks(args: argparse.Namespace, raw: bytes, bundle: dict[str, Any]) -> Checks:
    """Signature and hashes first: a file that fails there is not run."""
    trusted = trusted_keys(args.trusted_keys)
    checks = signed_and_whole(args.bundle, raw, bundle, trusted)
    if args.channel:
        checks["channel"] = check_channel(args.channel, raw, trusted, args.seen_sequence)
    if not all(check["ok"] for check in checks.values()):
        return checks
    golden, runners = golden_answers(args.bundle, bundle)
    return checks | golden | compare(args, bundle, runners)


def compare(args: argparse.Namespace, bundle: dict[str, Any], runners: dict[str, Runner]) -> Checks:
    """Each file against the fp32 network on fresh photos, at the bars of `gates`."""
    reference = reference_of(args, bundle)
    outcome: Checks = {}
    for name, runner in runners.items():
        judged = judge(reference, runner, name)
        faults = with_worst(shortfalls(BY_NAME[name].precision, judged.figures), judged.worst)
        outcome[f"agreement_{name}"] = {"ok": not faults, "photos": args.photos, **judged.figures, "faults": faults}
    return outcome


def reference_of(args: argparse.Namespace, bundle: dict[str, Any]) -> Reference:
    """The network of another checkpoint where one is named, else that of the bundle's own weights."""
    size, decoding = bundle["input"]["size"], Decoding.from_record(bundle["decoding"])
    if args.checkpoint:
        other = checkpoint.load(args.checkpoint)
        return Reference.rendered(other.net, other.decoding, size, args.photos, args.seed)
    net = checkpoint.load_weights(args.bundle / SERVER.path)
    return Reference.rendered(net, decoding, size, args.photos, args.seed)


def show(checks: Checks, target: str | None) -> None:
    """A line per check, or one JSON object where asked."""
    outcome = {"ok": all(check["ok"] for check in checks.values()), "checks": checks}
    if target:
        write: Callable[[str], object] = print if target == "-" else Path(target).write_text
        write(json.dumps(outcome))
        return
    for name, check in checks.items():
        facts = ", ".join(
            f"{k} {v:.4f}" if isinstance(v, float) else f"{k} {v}"
            for k, v in check.items()
            if k not in ("ok", "faults")
        )
        print(f"{'ok    ' if check['ok'] else 'FAILED'} {name:25} {facts}")
        for fault in check.get("faults", []):
            print(f"       {fault}")


if __name__ == "__main__":
    sys.exit(main())
