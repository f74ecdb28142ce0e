"""Labelled photos as arrays, what can be learned from them, and the command that says so."""

import os
import subprocess
import sys

import pytest
from PIL import Image

from tests.training.helpers import FULL, put_photo
from training import train
from training.datasets import DataError, learnable, main, photo_set
from training.labels import Labelled
from training.pixels import load_pixels


def test_unreadable_photos_are_listed_and_the_rest_is_used(tmp_path, capsys):
    put_photo(tmp_path, "good.jpg", FULL)
    put_photo(tmp_path, "small.jpg", FULL, size=(20, 20))
    put_photo(tmp_path, "broken.jpg", FULL).write_bytes(b"\xff\xd8\xff broken")
    photos = photo_set(tmp_path, 32)
    told = capsys.readouterr().err
    assert len(photos) == 1 and photos.images.shape == (1, 32, 32, 3)
    assert "small.jpg" in told and "broken.jpg" in told


def test_pixels_stay_beside_their_labels(tmp_path):
    photos = []
    for value in (10, 200, 90):
        path = tmp_path / f"{value}.png"
        Image.new("RGB", (40, 40), (value,) * 3).save(path)
        photos.append(Labelled(path, (value % 5,) * 5, -1))
    photos.insert(1, Labelled(tmp_path / "gone.png", (0,) * 5, -1))
    problems = []
    images, kept = load_pixels(photos, 16, problems, workers=2)
    assert images[:, 0, 0, 0].tolist() == [10, 200, 90] and [p.path.stem for p in kept] == ["10", "200", "90"]
    assert [problem.path.name for problem in problems] == ["gone.png"]


def test_a_folder_with_nothing_usable_says_what_to_do(tmp_path):
    put_photo(tmp_path, "a.jpg")
    with pytest.raises(DataError, match=r"NAME\.json"):
        photo_set(tmp_path, 32)


def test_a_folder_whose_photos_cannot_be_decoded_says_so(tmp_path, capsys):
    put_photo(tmp_path, "broken.jpg", FULL).write_bytes(b"broken")
    with pytest.raises(DataError, match="could be decoded"):
        photo_set(tmp_path, 32)
    assert "broken.jpg" in capsys.readouterr().err


def test_an_empty_folder_says_what_to_put_there(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "has no labelled photo: put NAME.json with the grades beside NAME.jpg" in capsys.readouterr().err


def test_photos_that_do_not_fit_into_memory_are_refused_before_any_is_read(tmp_path):
    put_photo(tmp_path, "a.jpg", FULL)
    with pytest.raises(DataError, match=r"need 3000 GB of memory .* choose a smaller --size"):
        photo_set(tmp_path, 10**6)


def test_training_needs_memory_for_the_photos_twice_since_it_parts_them(tmp_path, monkeypatch, capsys):
    put_photo(tmp_path, "a.jpg", FULL)
    told, room = os.sysconf, {"SC_PAGE_SIZE": 48, "SC_PHYS_PAGES": 48 * 3}  # for one photo of 48 px
    monkeypatch.setattr(os, "sysconf", lambda name: room.get(name) or told(name))
    assert len(photo_set(tmp_path, 48)) == 1
    flags = ["--data", str(tmp_path), "--size", "48", "--stages", "48:8", "--batch", "4"]
    assert train.main(["--out", str(tmp_path / "run"), *flags]) == 2
    assert "of memory" in capsys.readouterr().err


def test_what_cannot_be_learned_is_told_by_attribute(tmp_path):
    put_photo(tmp_path, "a.jpg", {"oil": 1, "wrinkle": 2})
    put_photo(tmp_path, "b.jpg", {"oil": 1, "wrinkle": 3})
    told = learnable(photo_set(tmp_path, 32))
    assert "oil cannot be learned: all 2 labelled photos have grade 1; add photos of other grades" in told
    assert "hydration cannot be learned: no photo is labelled; give some a grade of hydration" in told
    assert [sentence.split()[0] for sentence in told] == ["oil", "hydration", "pigmentation", "sensitivity"]


def test_one_grade_only_is_refused_for_every_attribute_by_name(tmp_path):
    for name in "ab":
        put_photo(tmp_path, f"{name}.jpg", FULL)
    with pytest.raises(DataError, match="nothing can be learned.*oil.*hydration.*wrinkle.*pigmentation.*sensitivity"):
        learnable(photo_set(tmp_path, 32))


def test_the_command_warns_of_what_cannot_be_learned_and_of_people_unknown(tmp_path, capsys):
    put_photo(tmp_path, "a.jpg", {"oil": 1})
    assert main([str(tmp_path), "--size", "32"]) == 0
    told = capsys.readouterr().out
    assert "oil cannot be learned: all 1 labelled photos have grade 1" in told and "no photo says whose skin" in told


def test_the_command_prints_the_summary_and_every_problem(tmp_path, capsys):
    put_photo(tmp_path, "good.jpg", FULL)
    put_photo(tmp_path, "small.jpg", FULL, size=(20, 20))
    put_photo(tmp_path, "wrong.jpg", {"oil": 7})
    assert main([str(tmp_path), "--size", "32"]) == 0
    told = capsys.readouterr().out
    assert "1 labelled photos" in told and "small.jpg: " in told and "oil is 7" in told


def test_the_command_lists_the_problems_of_a_folder_with_nothing_usable(tmp_path, capsys):
    put_photo(tmp_path, "wrong.jpg", {"oil": 7})
    assert main([str(tmp_path)]) == 2
    assert "wrong.jpg: oil is 7" in capsys.readouterr().out


def test_a_photo_named_in_place_of_its_folder_is_refused(tmp_path, capsys):
    assert main([str(put_photo(tmp_path, "a.jpg", FULL))]) == 2
    assert "name the folder" in capsys.readouterr().err


def test_the_command_ends_with_2_and_a_sentence_when_there_is_no_folder(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_reading_photos_and_labels_does_not_import_torch():
    modules = "training.datasets, training.inspect.__main__, training.photo, training.metrics"
    code = f"import {modules}, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
