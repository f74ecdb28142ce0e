"""Whether an exported file still gives the golden answers: exact input bytes and grades, the rest within tolerances."""

import base64
import hashlib
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mobile_export.figures import QUALITY_FLOOR
from mobile_export.golden_outputs import expected_outputs, heat_moved
from training.batches import to_tensor
from training.preprocess import model_input
from training.runtime import Runner


def check_golden(golden: dict[str, Any], name: str, runner: Runner) -> dict[str, Any]:
    """Every golden photo through one file. Bundles made before heat and quality were golden are held to the rest."""
    faults, worst = [], 0.0
    for number, photo in enumerate(golden["photos"]):
        small = input_of(photo, golden["size"])
        if hashlib.sha256(small.tobytes()).hexdigest() != photo["input_sha256"]:
            faults.append(f"golden photo {number}: other input bytes")
        got, wanted = expected_outputs(runner(to_tensor(small[None]))), photo["outputs"][name]
        faults += [f"golden photo {number}: {fault}" for fault in differences(golden, name, got, wanted)]
        worst = max(worst, _largest(got["expected"], wanted["expected"]))
    return {"ok": not faults, "photos": len(golden["photos"]), "expected_max": worst, "faults": faults}


def input_of(photo: dict[str, Any], size: int) -> NDArray[np.uint8]:
    """The model's input bytes of a golden photo."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(photo["png"]))).convert("RGB"))
    return model_input(pixels, size)


def differences(golden: dict[str, Any], name: str, got: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """What is not as it was recorded, in words."""
    faults = [f"other {which}" for which in ("grades", "balanced") if got[which] != wanted[which]]
    off = _largest(got["expected"], wanted["expected"])
    if not off <= golden["tolerance_expected"][name]:
        faults.append(f"expected grades are off by {off:.4f}")
    if "tolerance_heat" in golden and heat_moved(got["heat"], wanted["heat"]) > golden["tolerance_heat"][name]:
        faults.append("the heat lies elsewhere")
    if "tolerance_quality" in golden:
        bounds = golden["tolerance_quality"] * np.abs(wanted["quality"]) + QUALITY_FLOOR
        if not (np.abs(np.subtract(got["quality"], wanted["quality"])) <= bounds).all():
            faults.append("other quality figures")
    return faults


def _largest(got: list[float], wanted: list[float]) -> float:
    return float(np.abs(np.subtract(got, wanted)).max())
