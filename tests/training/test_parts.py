"""What a checkpoint says of the parts of the face follows from its labels; silent labels leave no part out."""

from dataclasses import replace

import numpy as np

from tests.training.helpers import FULL, noise_photos, put_photo
from training import checkpoint, train
from training.attributes import KEYS
from training.parts import advice, graded_parts, parts_not_told
from training.phantom.__main__ import main as render

EVERY = [0, 1, 2, 3]


def photos(labels, parts):
    return replace(noise_photos(len(parts)), labels=np.array(labels), parts=np.array(parts))


def test_parts_with_labels_are_graded_and_no_others():
    found = photos([[2, -1, 1, 1, 1], [2, 3, 1, 1, 1], [-1, 1, -1, -1, -1]], [0, 2, -1])
    parts = graded_parts(found)
    assert parts["oil"] == [0, 2] and parts["hydration"] == [2]
    assert parts_not_told(found) == [] and advice(found) == []


def test_where_no_label_says_its_part_all_parts_count_as_graded():
    found = photos([[2, -1, 1, -1, 4], [2, -1, -1, -1, 4]], [-1, -1])
    assert graded_parts(found) == {
        "oil": EVERY,
        "hydration": [],
        "wrinkle": EVERY,
        "pigmentation": [],
        "sensitivity": EVERY,
    }
    assert parts_not_told(found) == ["oil", "wrinkle", "sensitivity"]
    assert "oil, wrinkle, sensitivity" in advice(found)[0]


def test_parts_told_of_other_attributes_tell_nothing_of_this_one():
    found = photos([[2, -1, -1, -1, -1], [-1, 3, -1, -1, -1]], [-1, 1])
    assert graded_parts(found)["oil"] == EVERY and graded_parts(found)["hydration"] == [1]


def test_a_model_of_photos_without_parts_is_believed_on_every_part(tmp_path, capsys):
    (tmp_path / "photos").mkdir()
    for n in range(9):
        grades = {key: (grade + n) % 5 for key, grade in FULL.items() if key != "part"}
        put_photo(tmp_path / "photos", f"{n}.png", grades)
    flags = ["--data", str(tmp_path / "photos"), "--size", "32", "--stages", "32:8", "--batch", "4"]
    assert train.main(["--out", str(tmp_path / "run"), *flags]) == 0
    info = checkpoint.load(tmp_path / "run").info
    assert info["graded_parts"] == dict.fromkeys(KEYS, EVERY) and info["parts_not_told"] == list(KEYS)
    assert info["training"]["data"] == str(tmp_path / "photos")
    assert "says its part of the face" in capsys.readouterr().err


def test_a_model_of_a_rendered_folder_says_that_it_learned_from_synthetic_skin(tmp_path):
    assert render(["--out", str(tmp_path / "skin"), "--count", "12", "--side", "64"]) == 0
    flags = ["--data", str(tmp_path / "skin"), "--size", "32", "--stages", "32:8", "--batch", "4"]
    assert train.main(["--out", str(tmp_path / "run"), *flags]) == 0
    info = checkpoint.load(tmp_path / "run").info
    assert info["training"]["data"] == f"synthetic skin in {tmp_path / 'skin'}" and info["parts_not_told"] == []
