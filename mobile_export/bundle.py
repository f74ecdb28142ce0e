"""Describe and sign a folder of exported files as a bundle: bundle.json, bundle.sig, golden.json."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mobile_export.formats import Format, exported_with
from mobile_export.graph import output_records
from mobile_export.signing import SigningKey
from training.attributes import PARTS, as_records
from training.checkpoint import Checkpoint
from training.decoding import COVERAGE

SCHEMA = 1
NAME = "skinscore-reference"
INTENDED_USE = (
    "Shows how visible skin looks in a photo, as five grades, and how that changes over time. Cosmetic appearance only."
    " The reference model is trained on synthetic skin and not validated on people."
)
NOT_FOR = [
    "diagnosis, treatment or any medical decision",
    "judging people by their skin",
    "comparing people or skin tones",
    "parts of the face that graded_parts does not list",
]


def write_bundle(
    folder: Path, checkpoint: Checkpoint, golden: dict[str, Any], about: Mapping[str, Any], key: SigningKey
) -> None:
    """Write golden.json, bundle.json and bundle.sig beside the exported files.

    `about` holds version, sequence, quality_gate, the rows of `formats` that were written, the metrics of each by its
    name, and quantisation figures.
    """
    (folder / "golden.json").write_text(json.dumps(golden) + "\n", "utf-8")
    document = describe(folder, checkpoint, about)
    data = (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
    (folder / "bundle.json").write_bytes(data)
    (folder / "bundle.sig").write_text(key.sign(data), "utf-8")


def describe(folder: Path, checkpoint: Checkpoint, about: Mapping[str, Any]) -> dict[str, Any]:
    """The content of bundle.json."""
    info = checkpoint.info
    return {
        "schema": SCHEMA,
        "name": NAME,
        "version": about["version"],
        "sequence": about["sequence"],
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "attributes": as_records(),
        "parts": list(PARTS),
        "input": {
            "name": "image",
            "size": checkpoint.size,
            "layout": "NCHW",
            "channels": "RGB",
            "range": [0, 255],
            "resize": "exact-box",
        },
        "outputs": output_records(checkpoint.size, info["heatmap_scale"]),
        "decoding": checkpoint.decoding.as_record() | {"coverage": COVERAGE},
        "files": [file_record(folder, row, about["metrics"].get(row.name, {})) for row in about["rows"]],
        "quality_gate": about["quality_gate"],
        "golden": part(folder, folder / "golden.json"),
        "graded_parts": info["graded_parts"],
        "training": info["training"] | {"quantisation": about["quantisation"]},
        "intended_use": INTENDED_USE,
        "not_for": NOT_FOR,
    }


def file_record(folder: Path, row: Format, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """One entry of `files`, its parts listed one by one (an .mlpackage is a folder)."""
    path = folder / row.path
    paths = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    parts = [part(folder, p) for p in paths]
    return {
        "format": row.format,
        "backend": row.backend,
        "precision": row.precision,
        "role": row.role,
        "bytes": sum(p["bytes"] for p in parts),
        "exported_with": exported_with(row),
        "min_runtime": row.min_runtime,
        "proof": row.proof,
        "metrics": dict(metrics),
        "parts": parts,
    }


def part(folder: Path, path: Path) -> dict[str, Any]:
    """Path relative to the bundle, size and SHA-256 of one file."""
    data = path.read_bytes()
    return {"path": path.relative_to(folder).as_posix(), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
