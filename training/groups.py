"""Whose skin is whose: people as groups of photos that must never be parted between training and held-out photos.

A grader that met a person in training does better on that person's other photos, so a random split flatters it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.labels import NOBODY, Labelled, Reading

Ints = NDArray[np.int64]
UNKNOWN = -1
# The project that this one grew out of named nobody, but took ten photos of these parts at a sitting, two sittings
# after one another of each person: labels of a pair agree on nine in ten, those of neighbouring pairs as by chance.
SITTING = (1, 1, 0, 0, 3, 3, 2, 2, 0, 0)
REGULAR, FEWEST = 0.9, 4  # share of sittings that must look so, and how many there must be, to believe in them


def split_by_group(groups: Ints, share: float, seed: int) -> tuple[Ints, Ints]:
    """Indices of training photos, rising, and of about `share` held-out ones, in random order; no group is in both.

    `groups` (N,) holds a person's number per photo; -1, not known, makes a photo a group of its own. Raises ValueError
    when all photos are of one group.
    """
    own = own_groups(groups)
    order = np.random.default_rng(seed).permutation(len(np.unique(own)))
    if len(order) < 2:
        raise ValueError("all photos are of one person, so none can be held out: add photos of other people")
    photos_up_to = np.cumsum(np.bincount(own)[order])
    held = photos_up_to[np.abs(photos_up_to[:-1] - share * len(own)).argmin()]
    by_group = np.argsort(np.argsort(order)[own], kind="stable")
    return np.sort(by_group[held:]), by_group[:held]


def own_groups(groups: Ints) -> Ints:
    """The groups (N,) numbered from 0 without gaps, photos of unknown group each in one of their own."""
    ids = np.array(groups, np.int64)
    unknown = ids < 0
    ids[unknown] = ids.max(initial=UNKNOWN) + 1 + np.arange(unknown.sum())
    return np.unique(ids, return_inverse=True)[1]


def numbered(people: Sequence[str]) -> Ints:
    """Names of people as numbers (N,) from 0; -1 where the name is not known."""
    number = {name: i for i, name in enumerate(sorted(set(people) - {NOBODY}))}
    return np.array([number.get(name, UNKNOWN) for name in people], np.int64)


def told(people: Ints) -> str:
    """One sentence on whether photos of these people (N,) can be split by person."""
    unknown = int((people == UNKNOWN).sum())
    if not unknown:
        return f"{len(np.unique(people))} people; a split keeps each of them on one side"
    which = "no photo says" if unknown == len(people) else f"{unknown} of {len(people)} photos do not say"
    return f"{which} whose skin it is, so a split may part a person and flatter: add `person` to the labels"


def name_people(reading: Reading) -> None:
    """Where no photo names its person, infer people from the order of the photos if their parts repeat as `SITTING`."""
    if any(photo.person for photo in reading.photos):
        return
    people: dict[Path, str] = {}
    sittings = regular = 0
    for folder, photos in groupby(reading.photos, lambda photo: photo.path.parent):
        for k, sitting in enumerate(_sittings(photos)):
            sittings += 1
            regular += tuple(photo.part for photo in sitting) == SITTING
            people |= {photo.path: f"{folder} {k // 2}" for photo in sitting}
    if regular >= max(FEWEST, REGULAR * sittings):
        reading.photos = [replace(photo, person=people[photo.path]) for photo in reading.photos]
        reading.notes.append(
            f"people are inferred, not named: {regular} of {sittings} runs of photos show the parts "
            f"{''.join(map(str, SITTING))}, and every two runs in a row count as one person"
        )


def _sittings(photos: Iterable[Labelled]) -> list[list[Labelled]]:
    """Consecutive photos, parted where the first part of a sitting comes after another part."""
    runs: list[list[Labelled]] = []
    for photo in photos:
        if not runs or (photo.part == SITTING[0] and runs[-1][-1].part != SITTING[0]):
            runs.append([])
        runs[-1].append(photo)
    return runs
