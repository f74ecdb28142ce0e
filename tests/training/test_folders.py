"""A photo and its label are found under every name, and what cannot be used is listed with the reason."""

import json

import pytest

from tests.training.helpers import FULL, put_photo
from training.folders import read_folder
from training.inspect.counts import summary


@pytest.mark.parametrize("name", ["a.jpg", "a.JPG", "a.jpeg", "a.JPEG", "a.png", "a.PNG", "a.webp", "a.b.jpg"])
def test_every_extension_in_any_case_is_read(tmp_path, name):
    put_photo(tmp_path, name, FULL)
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (1, 2, 0, 3, 4) and photo.part == 1


def test_the_older_name_and_negative_values_are_understood(tmp_path):
    put_photo(tmp_path, "a.jpg", {"sensitive": 2, "oil": -2, "wrinkle": -1})
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (-1, -1, -1, -1, 2) and photo.part == -1


def test_heic_photos_are_found(tmp_path):
    (tmp_path / "a.HEIC").write_bytes(b"")
    (tmp_path / "a.json").write_text(json.dumps(FULL))
    assert [photo.path.name for photo in read_folder(tmp_path).photos] == ["a.HEIC"]


def test_the_present_name_wins_over_the_older_one_unless_it_is_empty(tmp_path):
    put_photo(tmp_path, "a.jpg", {"sensitivity": 3, "sensitive": -1})
    put_photo(tmp_path, "b.jpg", {"sensitivity": None, "sensitive": 2})
    assert [photo.grades[4] for photo in read_folder(tmp_path).photos] == [3, 2]


@pytest.mark.parametrize(
    ("person", "known"),
    [("Kim", "Kim"), (7, "7"), (" 7 ", "7"), ("", ""), (None, ""), (-1, ""), ("-1", ""), ("-a", "-a")],
)
def test_a_photo_may_say_whose_skin_it_is(tmp_path, person, known):
    put_photo(tmp_path, "a.jpg", FULL | {"person": person})
    assert [photo.person for photo in read_folder(tmp_path).photos] == [known]


def test_what_macos_keeps_beside_a_file_is_no_photo(tmp_path):
    put_photo(tmp_path, "a.jpg", FULL)
    for name in ("._a.jpg", "._a.json"):
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    reading = read_folder(tmp_path)
    assert len(reading.photos) == 1 and reading.problems == []


def test_a_label_serves_one_photo_only(tmp_path):
    put_photo(tmp_path, "a.jpg", FULL)
    put_photo(tmp_path, "a.png")
    reading = read_folder(tmp_path)
    assert [photo.path.name for photo in reading.photos] == ["a.jpg"]
    assert "was used for a.jpg" in reading.problems[0].reason


def test_json_nested_without_end_is_listed(tmp_path):
    put_photo(tmp_path, "a.jpg").with_suffix(".json").write_text("[" * 200_000)
    assert "not a JSON object" in read_folder(tmp_path).problems[0].reason


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ({"oil": 7}, "oil is 7"),
        ({"oil": 5}, "oil is 5"),
        ({"oil": 2.5}, "oil is 2.5"),
        ({"oil": "x"}, "oil is 'x'"),
        ({"oil": "7"}, "oil is '7'"),
        ({"oil": True}, "oil is True"),
        ({"oil": [1]}, r"oil is [1]"),
        ({"oil": float("nan")}, "oil is nan"),
        ({"oil": float("inf")}, "oil is inf"),
        ({"oil": -0.5}, "oil is -0.5"),
        ({"oil": 1, "part": 4}, "part is 4"),
        ({"oil": 1, "person": [1]}, "person is [1]; write a name or a number"),
        ({"oil": 1, "person": 1.5}, "person is 1.5"),
        ({"oil": 1, "person": True}, "person is True"),
        ({"part": 1}, "no attribute is labelled: give at least one of oil, hydration"),
        (None, "without a label: write a.json beside it"),
        ([1], "not a JSON object: write the label again"),
    ],
)
def test_what_cannot_be_used_is_listed_with_the_reason(tmp_path, label, reason):
    put_photo(tmp_path, "a.jpg", label)
    reading = read_folder(tmp_path)
    assert reading.photos == [] and reason in reading.problems[0].reason


def test_a_label_without_a_photo_is_listed_but_lesion_polygons_are_not(tmp_path):
    (tmp_path / "gone.json").write_text(json.dumps(FULL))
    (tmp_path / "annotations.json").write_text("{}")
    (problem,) = read_folder(tmp_path).problems
    assert problem.path.name == "gone.json" and "put the photo beside it, or delete the label" in problem.reason


def test_the_summary_counts_attributes_grades_and_parts(tmp_path):
    put_photo(tmp_path, "a.jpg", FULL)
    put_photo(tmp_path, "b.jpg", {"oil": 1, "part": 3})
    put_photo(tmp_path, "c.jpg", {"oil": 7})
    told = summary(read_folder(tmp_path))
    assert "2 labelled photos, 1 problems" in told and "c.jpg: oil is 7" in told
    assert "oil                2 labelled; grades 0..4: 0 2 0 0 0" in told
    assert "parts: cheek 0, forehead 1, centre 0, chin 1, unknown 0" in told
