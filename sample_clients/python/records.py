"""The record on the wire: immutable, integers only, named by a UUID made here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bundle import Bundle
from .form import by_attribute, has_form
from .ids import content_hash, uuid7
from .scorer import Grading

VERSION = "0.1.0"  # of this client
APP = f"skinscore-python {VERSION}"
SCORE = {"captured_at": str, "model": {"name": str, "version": str}, "attributes": by_attribute({"grade": int})}
KINDS = {"score": SCORE, "note": {"score_id": str, "text": str}}
HIGHEST_MILLI = 4000  # grade 4 in thousandths


def ten_thousandths(probabilities: NDArray[np.float32]) -> list[int]:
    """Whole numbers that sum to 10,000; what rounding down leaves over goes to the largest remainders."""
    exact = probabilities.astype(np.float64) / float(probabilities.sum(dtype=np.float64)) * 10_000
    whole = np.floor(exact).astype(int)
    largest = np.argsort(whole - exact, kind="stable")[: 10_000 - int(whole.sum())]
    whole[largest] += 1
    return whole.tolist()


def score_record(grading: Grading, bundle: Bundle, captured_at: str | None = None) -> dict[str, Any]:
    """A new score; `captured_at` is RFC 3339 with an offset, now when left out."""
    attributes = {
        one.key: {
            "grade": one.grade,
            "balanced": one.balanced,
            # A 16-bit sum may leave 0..4 by a little, and the server would refuse such a record for ever.
            "expected_milli": min(HIGHEST_MILLI, max(0, round(one.expected * 1000))),
            "probabilities_e4": ten_thousandths(one.probabilities),
        }
        for one in grading.attributes
        if one.believed
    }
    return {
        "id": uuid7(),
        "kind": "score",
        "captured_at": captured_at or datetime.now().astimezone().isoformat(timespec="seconds"),
        "part": grading.part,
        "attributes": attributes,
        "model": bundle.model,
        "file_sha256": bundle.model_sha256,
        "app": APP,
    }


def note_record(score_id: str, text: str) -> dict[str, Any]:
    """A new note on a score; empty text takes the note away."""
    return {"id": uuid7(), "kind": "note", "score_id": score_id, "text": text}


def is_record(value: Any) -> bool:
    """Whether this is a record that can be kept and shown; one of a kind that is not known yet is kept alone."""
    return has_form(value, {"id": str, "kind": str}) and has_form(value, KINDS.get(value["kind"], {}))


def fold(records: Iterable[dict[str, Any]]) -> str:
    """XOR of the first 8 bytes of all content hashes, 16 hex digits: equal on both sides, or something is lost."""
    value = 0
    for record in records:
        value ^= int(content_hash(record)[:16], 16)
    return f"{value:016x}"
