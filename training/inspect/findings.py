"""What is in one or two folders of labelled photos, and which of their photos should not both be there."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.datasets import read
from training.inspect.likeness import HASH_SIDE, Bits, contents, fingerprint, near_duplicates
from training.labels import Labelled, Reading
from training.pixels import decoded

SAME_BYTES, NEAR_DUPLICATE, SAME_PERSON = "same bytes", "near-duplicate", "same person"
Sides = tuple[list[Labelled], list[Labelled]]  # training, validation


@dataclass(frozen=True)
class Folder:
    """One folder: its usable photos with their perceptual hashes (N,256), all its labelled ones, and its problems."""

    root: Path
    reading: Reading
    labelled: list[Labelled]
    fingerprints: Bits


@dataclass(frozen=True)
class Alike:
    """Photos of which one too many is there: the same twice in one set, or the same, or one person, in both."""

    why: str
    training: list[Labelled]
    validation: list[Labelled]

    @property
    def leaks(self) -> bool:
        """Whether validation would measure what training has seen."""
        return bool(self.training and self.validation)


def look(root: Path, size: int) -> Folder:
    """Decode a folder's photos at the model's input side. Raises `DataError` when there is no such folder."""
    reading = read(root)
    usable: list[Labelled] = []
    prints: list[Bits] = []
    for photo, pixels in decoded(reading.photos, size, reading.problems):
        usable.append(photo)
        prints.append(fingerprint(pixels))
    bits = np.array(prints, bool).reshape(-1, HASH_SIDE**2)
    return Folder(root, Reading(usable, reading.problems, reading.notes), reading.photos, bits)


def alike(training: Folder, validation: Folder | None) -> list[Alike]:
    """Photos that are the same, or nearly, and people who are in both sets; leaks first."""
    folders = [training, validation] if validation else [training]
    labelled = [(photo, side) for side, folder in enumerate(folders) for photo in folder.labelled]
    usable = [(photo, side) for side, folder in enumerate(folders) for photo in folder.reading.photos]
    content = contents(photo.path for photo, _ in labelled)
    cluster = near_duplicates(np.concatenate([folder.fingerprints for folder in folders]))
    same = _grouped(labelled, [content[photo.path] for photo, _ in labelled])
    near = _grouped(usable, cluster.tolist())
    people = _grouped(labelled, [photo.person or None for photo, _ in labelled])
    found = [Alike(SAME_BYTES, *sides) for sides in same if _too_many(sides)]
    found += [Alike(NEAR_DUPLICATE, *sides) for sides in near if _too_many(sides) and not _one(sides, content)]
    found += [Alike(SAME_PERSON, *sides) for sides in people if sides[0] and sides[1]]
    return sorted(found, key=lambda one: not one.leaks)


def _grouped(photos: Iterable[tuple[Labelled, int]], keys: Iterable[Hashable]) -> list[Sides]:
    """Photos that share a key other than None, by side; one photo for each file, whatever its boxes."""
    groups: dict[Hashable, tuple[dict[Path, Labelled], dict[Path, Labelled]]] = defaultdict(lambda: ({}, {}))
    for (photo, side), key in zip(photos, keys, strict=True):
        if key is not None:
            groups[key][side].setdefault(photo.path, photo)
    # Boxes of two near-duplicate files are near-duplicates one by one: the pair is told once.
    once = {(tuple(training), tuple(validation)): (training, validation) for training, validation in groups.values()}
    return [(list(training.values()), list(validation.values())) for training, validation in once.values()]


def _too_many(sides: Sides) -> bool:
    return len(sides[0]) > 1 or len(sides[1]) > 1 or bool(sides[0] and sides[1])


def _one(sides: Sides, content: dict[Path, str]) -> bool:
    return len({content[photo.path] for side in sides for photo in side}) == 1
