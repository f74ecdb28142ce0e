"""How many photos there are of what, and which spoil learning or cannot be used."""

import json

import numpy as np
from PIL import Image

from tests.training.inspect.helpers import found, names, relabel
from training.attributes import KEYS
from training.inspect.counts import tally, unlearnable
from training.labels import Labelled


def test_counts_are_per_attribute_grade_and_part(photos, capsys):
    _, record = found(capsys, photos)
    labels = [json.loads(path.read_text()) for path in photos.glob("*.json")]
    of_chins = record["training"]["attributes"]["oil"]["parts"]["chin"]
    assert record["training"]["attributes"]["oil"]["n"] == [sum(row["oil"] == g for row in labels) for g in range(5)]
    assert of_chins == [sum(row["oil"] == g and row["part"] == 3 for row in labels) for g in range(5)]


def test_a_photo_of_unknown_part_is_counted_apart(tmp_path):
    counts = tally([Labelled(tmp_path, (1, -1, 0, -1, -1), -1), Labelled(tmp_path, (1, -1, -1, -1, -1), 3)])
    assert counts[0, :, 1].tolist() == [0, 0, 0, 1, 1] and counts.sum() == 3


def test_corrupt_small_and_wrongly_labelled_photos_are_told_apart(photos, capsys):
    (photos / "00000.jpg").write_bytes((photos / "00000.jpg").read_bytes()[:900])
    Image.open(photos / "00001.jpg").resize((40, 40)).save(photos / "00001.jpg")
    relabel(photos / "00002.json", oil=7)
    _, record = found(capsys, photos)
    problems = {one["kind"]: names([one["path"]])[0] for one in record["training"]["problems"]}
    assert problems == {"corrupt": "00000.jpg", "too small": "00001.jpg", "label": "00002.jpg"}
    assert record["training"]["photos"] == 7


def test_attributes_without_two_grades_are_warned_of_by_name():
    counts = np.ones((5, 5), int)
    counts[KEYS.index("oil")] = 0
    counts[KEYS.index("wrinkle")] = [0, 12, 0, 0, 0]
    assert unlearnable(counts) == [
        "oil cannot be learned: no photo is labelled; give some a grade of oil",
        "wrinkle cannot be learned: all 12 labelled photos have grade 1; add photos of other grades",
    ]
