"""Prove a bundle: hashes, signature, golden vectors, and that its files answer like its checkpoint.

    python -m mobile_export.check mobile_export/reference
    python -m mobile_export.check mobile_export/reference --json -

The fp32 weights in the bundle are the checkpoint; `--checkpoint DIR` compares with another. The Core ML package is
evaluated from its own file by `mobile_export.mil_eval`. Status 0 only when every check holds.
"""

import argparse
import base64
import hashlib
import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mobile_export.formats import COREML_W8, FORMATS, PTE_INT8, SERVER, Format
from mobile_export.gates import shortfalls
from mobile_export.mil_eval import MilProgram
from mobile_export.signing import DEVELOPMENT_KEY, SignatureError, load_key, public_text, verify
from training import checkpoint
from training.batches import to_tensor
from training.decoding import Decoding
from training.graders import CheckpointGrader
from training.photo_set import render_set
from training.preprocess import model_input
from training.runtime import PteRunner, Runner, agreement, answers_of

CheckResult = dict[str, Any]


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
    p.add_argument("--json", help="write the outcome as one JSON object to this file; - is stdout")
    args = p.parse_args(argv)
    try:
        raw = (args.bundle / "bundle.json").read_bytes()
        bundle = json.loads(raw)
        for row in FORMATS:
            path_of(bundle, row)
    except (OSError, ValueError, LookupError, TypeError) as error:
        print(f"mobile_export.check: {args.bundle} holds no readable bundle.json: {error}", file=sys.stderr)
        return 2
    checks = run_checks(args, raw, bundle)
    show(checks, args.json)
    return 0 if all(check["ok"] for check in checks.values()) else 1


def path_of(bundle: dict[str, Any], row: Format) -> str:
    """Where the bundle lists this file: one that it does not list has no hash and is never run."""
    listed = [part["path"] for file in bundle["files"] for part in file["parts"]] + [bundle["golden"]["path"]]
    if any(path == row.path or path.startswith(f"{row.path}/") for path in listed):
        return row.path
    raise ValueError(f"it does not list {row.path}")


def run_checks(args: argparse.Namespace, raw: bytes, bundle: dict[str, Any]) -> dict[str, CheckResult]:
    """Signature and hashes first: a file that fails there is not run."""
    checks = {"signature": check_signature(args, raw), "hashes": check_hashes(args.bundle, bundle)}
    if not all(check["ok"] for check in checks.values()):
        return checks
    runners: dict[str, Runner] = {
        "int8": PteRunner(args.bundle / path_of(bundle, PTE_INT8)),
        "w8a16": MilProgram(args.bundle / path_of(bundle, COREML_W8)),
    }
    golden = json.loads((args.bundle / bundle["golden"]["path"]).read_text("utf-8"))
    checks |= {f"golden_{name}": check_golden(golden, name, runner) for name, runner in runners.items()}
    return checks | compare(args, bundle, runners)


def check_signature(args: argparse.Namespace, raw: bytes) -> CheckResult:
    """The signature over the exact bytes of bundle.json, by a trusted key."""
    trusted = {DEVELOPMENT_KEY.stem: public_text(load_key(DEVELOPMENT_KEY))}
    if args.trusted_keys:
        trusted = json.loads(args.trusted_keys.read_text("utf-8"))
    try:
        return {"ok": True, "key_id": verify(raw, (args.bundle / "bundle.sig").read_text("utf-8"), trusted)}
    except (OSError, SignatureError) as error:
        return {"ok": False, "faults": [str(error)]}


def check_hashes(folder: Path, bundle: dict[str, Any]) -> CheckResult:
    """Size and SHA-256 of every part."""
    parts = [part for file in bundle["files"] for part in file["parts"]] + [bundle["golden"]]
    faults = []
    for part in parts:
        path = folder / part["path"]
        data = path.read_bytes() if path.is_file() else b""
        if len(data) != part["bytes"] or hashlib.sha256(data).hexdigest() != part["sha256"]:
            faults.append(f"{part['path']} is missing or was changed")
    return {"ok": not faults, "parts": len(parts), "faults": faults}


def check_golden(golden: dict[str, Any], name: str, runner: Runner) -> CheckResult:
    """Input bytes exactly, grades exactly, expected grades within the tolerance of the precision."""
    faults, worst = [], 0.0
    for number, photo in enumerate(golden["photos"]):
        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(photo["png"]))).convert("RGB"))
        small = model_input(pixels, golden["size"])
        if hashlib.sha256(small.tobytes()).hexdigest() != photo["input_sha256"]:
            faults.append(f"golden photo {number}: other input bytes")
        outputs, wanted = runner(to_tensor(small[None])), photo["outputs"][name]
        if outputs["probabilities"].argmax(-1).tolist() != wanted["grades"]:
            faults.append(f"golden photo {number}: other grades")
        worst = max(worst, float(np.abs(outputs["expected"] - np.array(wanted["expected"])).max()))
    if worst > golden["tolerance_expected"][name]:
        faults.append(f"expected grades are off by {worst:.4f}")
    return {"ok": not faults, "photos": len(golden["photos"]), "expected_max": worst, "faults": faults}


def compare(args: argparse.Namespace, bundle: dict[str, Any], runners: dict[str, Runner]) -> dict[str, CheckResult]:
    """Each file against the fp32 network on fresh photos, at the bars of `gates`."""
    size, decoding = bundle["input"]["size"], Decoding.from_record(bundle["decoding"])
    if args.checkpoint:
        reference = CheckpointGrader.open(args.checkpoint)
    else:
        net = checkpoint.load_weights(args.bundle / path_of(bundle, SERVER))
        reference = CheckpointGrader("bundle weights", size, decoding, net)
    photos = render_set(args.photos, size, args.seed)
    taught = reference.grade(photos.images)
    outcome: dict[str, CheckResult] = {}
    for name, runner in runners.items():
        figures = agreement(taught, answers_of(runner, photos.images, f"running {name}"))
        missed = shortfalls(name, figures)
        outcome[f"agreement_{name}"] = {"ok": not missed, "photos": len(photos), **figures, "faults": missed}
    return outcome


def show(checks: dict[str, CheckResult], target: str | None) -> None:
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
        print(f"{'ok    ' if check['ok'] else 'FAILED'} {name:16} {facts}")
        for fault in check.get("faults", []):
            print(f"       {fault}")


if __name__ == "__main__":
    sys.exit(main())
