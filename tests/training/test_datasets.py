"""Labels on disk: every form is read, and nothing is dropped in silence."""

import json

import numpy as np
import pytest
from PIL import Image

from training.datasets import DataError, main, photo_set, read_folder

FULL = {"oil": 1, "hydration": 2, "wrinkle": 0, "pigmentation": 3, "sensitivity": 4, "part": 1}


def put(folder, name, label=None, size=(64, 48)):
    path = folder / name
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)).save(path)
    if label is not None:
        path.with_suffix(".json").write_text(json.dumps(label), "utf-8-sig")
    return path


@pytest.mark.parametrize("name", ["a.jpg", "a.JPG", "a.jpeg", "a.JPEG", "a.png", "a.PNG", "a.webp"])
def test_every_extension_in_any_case_is_read(tmp_path, name):
    put(tmp_path, name, FULL)
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (1, 2, 0, 3, 4) and photo.part == 1


def test_the_older_name_and_negative_values_are_understood(tmp_path):
    put(tmp_path, "a.jpg", {"sensitive": 2, "oil": -2, "wrinkle": -1})
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (-1, -1, -1, -1, 2) and photo.part == -1


def test_a_csv_with_a_path_column_is_read(tmp_path):
    put(tmp_path, "a.jpg")
    (tmp_path / "labels.csv").write_text("path,oil,sensitive,part\na.jpg,3,,0\n")
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (3, -1, -1, -1, -1)


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ({"oil": 7}, "oil is 7"),
        ({"oil": 2.5}, "oil is 2.5"),
        ({"oil": "x"}, "oil is 'x'"),
        ({"oil": True}, "oil is 'True'"),
        ({"oil": 1, "part": 9}, "part is 9"),
        ({"part": 1}, "no attribute is labelled"),
        (None, "without a label"),
        ([1], "not a JSON object"),
    ],
)
def test_what_cannot_be_used_is_listed_with_the_reason(tmp_path, label, reason):
    put(tmp_path, "a.jpg", label)
    reading = read_folder(tmp_path)
    assert reading.photos == [] and reason in reading.problems[0].reason


def test_a_label_without_a_photo_is_listed_but_lesion_polygons_are_not(tmp_path):
    (tmp_path / "gone.json").write_text(json.dumps(FULL))
    (tmp_path / "annotations.json").write_text("{}")
    (problem,) = read_folder(tmp_path).problems
    assert problem.path.name == "gone.json"


def test_unreadable_photos_are_listed_and_the_rest_is_used(tmp_path, capsys):
    put(tmp_path, "good.jpg", FULL)
    put(tmp_path, "small.jpg", FULL, size=(20, 20))
    put(tmp_path, "broken.jpg", FULL).write_bytes(b"\xff\xd8\xff broken")
    photos = photo_set(tmp_path, 32)
    told = capsys.readouterr().err
    assert len(photos) == 1 and photos.images.shape == (1, 32, 32, 3)
    assert "small.jpg" in told and "broken.jpg" in told


def test_a_folder_with_nothing_usable_says_what_to_do(tmp_path):
    put(tmp_path, "a.jpg")
    with pytest.raises(DataError, match=r"NAME\.json"):
        photo_set(tmp_path, 32)


def test_the_command_ends_with_2_and_a_sentence_when_there_is_no_folder(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
