"""A bundle proves itself on this machine before it is used: its golden photos must give its golden answers."""

import base64
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bundle import Bundle, BundleError, phone_file
from .form import base64_text, has_form, maybe, number, parsed, sha256
from .scorer import Grading, RuntimeMissing, Scorer

PHOTOS = {"photos": [{"png": base64_text, "input_sha256": sha256}]}
FLOOR = 1e-6  # of a quality figure: below it a share of it means nothing


def self_test(bundle: Bundle, golden: bytes) -> int:
    """Grade every golden photo; how many there were. Raises `BundleError` at the first wrong answer."""
    name, scorer = phone_file(bundle.data)["precision"], Scorer(bundle)
    document = read_golden(golden, name, len(bundle.data["attributes"]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        for place, photo in enumerate(document["photos"]):
            path.write_bytes(base64.b64decode(photo["png"]))
            grading = _graded(scorer, path)
            fault = _fault(grading, photo["outputs"][name], document, name)
            if grading.input_sha256 != photo["input_sha256"]:
                fault = "other input bytes"
            if fault:
                wrong = f"the new model answers wrongly on this machine (photo {place}: {fault}); not used"
                raise BundleError("wrong-answers", wrong)
    return len(document["photos"])


def read_golden(golden: bytes, name: str, count: int) -> dict[str, Any]:
    """The golden photos, with answers of so many attributes for the precision `name`. Raises `BundleError`."""
    document = parsed(golden, lambda value: has_form(value, PHOTOS) and has_form(value, _form(value, name, count)))
    if document is None:
        raise BundleError("other-form", "the golden photos have another form than this client reads: update the client")
    if not document["photos"]:
        raise BundleError("wrong-answers", "the new model comes without a golden photo that would prove it; not used")
    return document


def _form(document: dict[str, Any], name: str, count: int) -> dict[str, Any]:
    tolerances: dict[str, Any] = {"tolerance_expected": {name: number}}
    answers = {"grades": (int,) * count, "balanced": (int,) * count, "expected": (number,) * count}
    if "tolerance_heat" in document:  # bundles of sequence 2 and before have neither heat nor quality
        tolerances |= {"tolerance_heat": {name: number}, "tolerance_quality": number}
        answers |= {"heat": (maybe((number, number)),) * count, "quality": (number,) * 3}
    return tolerances | {"photos": [{"outputs": {name: answers}}]}


def _graded(scorer: Scorer, path: Path) -> Grading:
    try:
        return scorer.score(path, part=0)
    except RuntimeMissing:
        raise
    except Exception as error:  # the runtime fails in many ways; a model that does not run is not used
        broken = f"the new model does not run on this machine ({type(error).__name__}); not used"
        raise BundleError("does-not-run", broken) from error


def _fault(grading: Grading, wanted: dict[str, Any], document: dict[str, Any], name: str) -> str | None:
    """What differs from the golden answer; None when nothing does."""
    attributes = grading.attributes
    if [one.grade for one in attributes] != wanted["grades"]:
        return "other grades"
    if [one.balanced for one in attributes] != wanted["balanced"]:
        return "other balanced grades"
    expected = np.array([one.expected for one in attributes])
    if not np.abs(expected - wanted["expected"]).max() <= document["tolerance_expected"][name]:
        return "other expected grades"
    if "tolerance_heat" in document:
        near = document["tolerance_heat"][name]
        if not all(_near(centre(one.heat), w, near) for one, w in zip(attributes, wanted["heat"], strict=True)):
            return "heat elsewhere"
        bounds = document["tolerance_quality"] * np.abs(wanted["quality"]) + FLOOR
        if not (np.abs(np.subtract(grading.quality, wanted["quality"])) <= bounds).all():
            return "other quality figures"
    return None


def centre(heat: NDArray[np.float32]) -> list[float] | None:
    """Row and column of the centre of a map's positive part, 0..1; None where nothing is positive."""
    positive = np.maximum(heat.astype(np.float64), 0)
    if not positive.any():
        return None
    rows, columns = ((np.arange(side) + 0.5) / side for side in heat.shape)
    return [float(positive.sum(1) @ rows / positive.sum()), float(positive.sum(0) @ columns / positive.sum())]


def _near(got: list[float] | None, wanted: list[float] | None, tolerance: float) -> bool:
    if got is None or wanted is None:
        return got is wanted
    return bool(np.abs(np.subtract(got, wanted)).max() <= tolerance)
