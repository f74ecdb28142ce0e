"""On which parts of the face a grader was taught each attribute: elsewhere, apps do not believe its grade.

Labels need not say their part. Where none does, nothing is known of parts, and all of them count as taught: else every
grade of such a model would be thrown away.
"""

import numpy as np

from training.attributes import KEYS, PARTS
from training.photo_set import PhotoSet


def graded_parts(photos: PhotoSet) -> dict[str, list[int]]:
    """Per attribute the face parts seen with labels; all of them where no labelled photo says its part."""
    seen = {key: np.unique(photos.parts[photos.labels[:, a] >= 0]) for a, key in enumerate(KEYS)}
    untold = dict.fromkeys(parts_not_told(photos), list(range(len(PARTS))))
    return {key: [int(part) for part in parts if part >= 0] for key, parts in seen.items()} | untold


def parts_not_told(photos: PhotoSet) -> list[str]:
    """The attributes of which there are labels, none of them with a part."""
    labelled = [photos.parts[photos.labels[:, a] >= 0] for a in range(len(KEYS))]
    return [key for key, parts in zip(KEYS, labelled, strict=True) if len(parts) and (parts < 0).all()]


def advice(photos: PhotoSet) -> list[str]:
    """A sentence on the attributes whose parts are not told, for who labels photos; none where all are."""
    if not (keys := parts_not_told(photos)):
        return []
    which = ", ".join(keys)
    return [f"no label of {which} says its part of the face, so all count as learned: add `part` where it is known"]
