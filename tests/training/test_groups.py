"""People stay on one side of every split, whether they are named or inferred."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.groups import SITTING, name_people, numbered, own_groups, split_by_group, told
from training.labels import Labelled, Reading
from training.photo_set import render_set


def reading(parts, folder="photos", person=""):
    photos = [Labelled(Path(folder) / f"{i:05d}.jpg", (1,) * 5, part, person=person) for i, part in enumerate(parts)]
    return Reading(photos)


@given(
    st.lists(st.integers(-1, 6), min_size=2, max_size=60).filter(lambda ids: -1 in ids or len(set(ids)) > 1),
    st.floats(0, 1),
    st.integers(0, 9),
)
def test_every_photo_is_on_one_side_and_no_person_on_both(ids, share, seed):
    people = np.array(ids)
    training, held_out = split_by_group(people, share, seed)
    assert sorted([*training, *held_out]) == list(range(len(ids))) and len(training) and len(held_out)
    assert not set(people[training][people[training] >= 0]) & set(people[held_out])


def test_the_held_out_share_is_met_within_half_a_group():
    people = np.arange(1000) // 20
    _, held_out = split_by_group(people, 0.2, 1)
    assert len(held_out) == 200


def test_photos_of_nobody_known_are_split_one_by_one_in_random_order():
    training, held_out = split_by_group(np.full(90, -1), 1 / 9, 3)
    assert len(held_out) == 10 and training.tolist() == sorted(training) and held_out.tolist() != sorted(held_out)


def test_a_split_is_decided_by_its_seed():
    people = np.arange(60) // 3
    first, again, other = (split_by_group(people, 0.3, seed)[1].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_one_person_alone_cannot_be_split():
    with pytest.raises(ValueError, match="add photos of other people"):
        split_by_group(np.zeros(5, int), 0.2, 0)


def test_unknown_photos_are_groups_of_their_own():
    own = own_groups(np.array([7, -1, 7, -1, 3]))
    assert own[0] == own[2] and len(set(own.tolist())) == 4 and set(own.tolist()) == {0, 1, 2, 3}


def test_names_become_numbers_and_no_name_minus_one():
    assert numbered(["b", "", "a", "b"]).tolist() == [1, -1, 0, 1]


@pytest.mark.parametrize(
    ("people", "sentence"),
    [
        ([0, 0, 1], "2 people; a split keeps each"),
        ([-1, -1], "no photo says whose skin it is"),
        ([-1, 0], "1 of 2 photos do not say"),
    ],
)
def test_whether_a_split_keeps_people_apart_is_told(people, sentence):
    assert sentence in told(np.array(people))


def test_two_sittings_in_a_row_are_one_inferred_person():
    found = reading(SITTING * 6)
    name_people(found)
    assert numbered([photo.person for photo in found.photos]).tolist() == [k // 20 for k in range(60)]
    assert "inferred, not named: 6 of 6" in found.notes[0]


def test_a_sitting_that_lost_a_photo_does_not_move_the_next_ones():
    parts = list(SITTING * 12)
    del parts[23]
    found = reading(parts)
    name_people(found)
    people = [photo.person for photo in found.photos]
    assert len(set(people)) == 6 and people.count(people[20]) == 19 and people.count(people[-1]) == 20


def test_people_of_different_folders_are_different_people():
    found = Reading(reading(SITTING * 4, "train").photos + reading(SITTING * 2, "val").photos)
    name_people(found)
    assert len({photo.person for photo in found.photos}) == 3


@pytest.mark.parametrize(
    "parts",
    [SITTING * 3, (-1,) * 60, (0, 1, 2, 3) * 15, tuple(np.random.default_rng(0).integers(0, 4, 200).tolist())],
    ids=["too few", "no parts", "another order", "random"],
)
def test_nobody_is_inferred_from_another_pattern(parts):
    found = reading(parts)
    name_people(found)
    assert {photo.person for photo in found.photos} == {""} and found.notes == []


def test_named_people_are_left_as_they_are():
    found = reading(SITTING * 6, person="Kim")
    name_people(found)
    assert {photo.person for photo in found.photos} == {"Kim"}


def test_every_rendered_photo_is_a_person_of_its_own():
    assert render_set(2, 32, seed=1).people.tolist() == [0, 1]
