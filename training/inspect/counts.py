"""How many photos carry which grade of which attribute on which part, and what can therefore not be learned."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.attributes import GRADES, KEYS, PARTS
from training.labels import Labelled, Reading

Ints = NDArray[np.int64]
PART_NAMES = (*PARTS, "unknown")  # part -1, not known, is the last by Python's counting


def tally(photos: Sequence[Labelled]) -> Ints:
    """Photos per attribute, part and grade, (5,5,5); the last part is the unknown one."""
    counts = np.zeros((len(KEYS), len(PART_NAMES), GRADES), np.int64)
    for photo in photos:
        for a, grade in enumerate(photo.grades):
            if grade >= 0:
                counts[a, photo.part, grade] += 1
    return counts


def unlearnable(counts: Ints, keys: Sequence[str] = KEYS) -> list[str]:
    """One sentence for each of these attributes whose photos per grade (attributes,5) show fewer than two grades."""
    sentences = []
    for key, grades in zip(keys, counts, strict=True):
        if not grades.any():
            sentences.append(f"{key} cannot be learned: no photo is labelled; give some a grade of {key}")
        elif np.count_nonzero(grades) == 1:
            only = f"all {grades.sum()} labelled photos have grade {grades.argmax()}"
            sentences.append(f"{key} cannot be learned: {only}; add photos of other grades")
    return sentences


def summary(reading: Reading) -> str:
    """Counts per attribute, grade and part as text, then how the folder was understood, then the problems."""
    counts = tally(reading.photos)
    parts = [photo.part for photo in reading.photos]
    lines = [f"{_photos(reading.photos)}, {len(reading.problems)} problems"]
    for key, grades in zip(KEYS, counts.sum(1), strict=True):
        lines.append(f"  {key:13} {grades.sum():6} labelled; grades 0..4: {' '.join(map(str, grades))}")
    named = [f"{name} {parts.count(part)}" for name, part in zip(PART_NAMES, (*range(len(PARTS)), -1), strict=True)]
    lines += [f"  parts: {', '.join(named)}", *reading.notes]
    return "\n".join(lines + [f"  not used: {problem.path}: {problem.reason}" for problem in reading.problems])


def legible(text: str) -> str:
    """Text fit for any output: bytes of a file name that are not UTF-8 (Korean archives, unpacked) become `\\udcXX`."""
    return text.encode("utf-8", "backslashreplace").decode()


def _photos(photos: Sequence[Labelled]) -> str:
    files = len({photo.path for photo in photos})
    return f"{files} labelled photos" if files == len(photos) else f"{len(photos)} labelled parts of {files} photos"
