"""A checkpoint is a folder: `weights.safetensors` (half precision) and `checkpoint.json` (all that is not weights)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from training.backbones import DEFAULT, BackboneError
from training.decoding import Decoding
from training.model import SkinNet
from training.normalise import DATASET
from training.saving import replacing

WEIGHTS, RECORD = "weights.safetensors", "checkpoint.json"
NORMALISED_BY = "normalised_by"  # in the weights' own metadata, since a bundle carries the weights alone
SCHEMA = 1
AGAIN = "copy the checkpoint's files again from where they were trained"


class CheckpointError(ValueError):
    """The folder is no checkpoint that this version can read."""


@dataclass(frozen=True)
class Checkpoint:
    """A grader in evaluation mode, the side of its input in px, its decoding, and the whole JSON record."""

    net: SkinNet
    size: int
    decoding: Decoding
    info: dict[str, Any]


def save(folder: Path, net: SkinNet, size: int, decoding: Decoding, **info: Any) -> None:
    """Write a checkpoint; each file appears whole or not at all. Raises `RunError` when there is no room."""
    weights = {name: _halved(value) for name, value in net.state_dict().items()}
    record = {"schema": SCHEMA, "arch": net.backbone, "input_size": size, "decoding": decoding.as_record(), **info}
    left = "what was there before stays"
    with replacing(folder / RECORD, left) as record_file:
        record_file.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
        with replacing(folder / WEIGHTS, left, SafetensorError) as weights_file:
            save_file(weights, weights_file, {NORMALISED_BY: net.normalised_by})


def load(folder: Path | str) -> Checkpoint:
    """Read a checkpoint. Raises `CheckpointError` with a sentence that says what is wrong."""
    folder = Path(folder)
    info = _read_record(folder / RECORD)
    try:
        arch, size, decoding = str(info["arch"]), int(info["input_size"]), Decoding.from_record(info["decoding"])
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / RECORD} is damaged or incomplete ({error}): {AGAIN}") from None
    try:
        return Checkpoint(load_weights(folder / WEIGHTS, arch, size), size, decoding, info)
    except CheckpointError as error:
        raise CheckpointError(f"{error}: {AGAIN}") from None


def _read_record(path: Path) -> dict[str, Any]:
    try:
        info = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise CheckpointError(
            f"{path.parent} is no checkpoint: it has no {RECORD}; name the folder that training.train wrote"
        ) from None
    except (OSError, ValueError):
        info = None
    if not isinstance(info, dict):
        raise CheckpointError(f"{path} is damaged, no JSON object can be read from it: {AGAIN}")
    if info.get("schema") != SCHEMA:
        raise CheckpointError(
            f"{path} has schema {info.get('schema')}, this version reads {SCHEMA}: train again, or use the version that"
            " wrote it"
        )
    return info


def load_weights(path: Path | str, backbone: str = DEFAULT, size: int | None = None) -> SkinNet:
    """A grader in evaluation mode from a weights file alone. Raises `CheckpointError`."""
    try:
        stored = load_file(path)
        with safe_open(path, "pt") as file:
            normalised_by = (file.metadata() or {}).get(NORMALISED_BY, DATASET)  # files before there was a choice
    except (OSError, SafetensorError):
        raise CheckpointError(f"{path} is missing or damaged") from None
    try:
        net = SkinNet(backbone, size=size, normalised_by=normalised_by)
        net.load_state_dict({name: _widened(value) for name, value in stored.items()})
    except (BackboneError, RuntimeError):
        raise CheckpointError(f"{path} does not hold the weights of a {backbone} that this version can build") from None
    return net.eval()


def _halved(value: torch.Tensor) -> torch.Tensor:
    return value.detach().cpu().half().contiguous() if value.is_floating_point() else value.detach().cpu()


def _widened(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() else value
