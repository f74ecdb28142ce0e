"""Labels on disk: every form is read, and nothing is dropped in silence."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from training.datasets import DataError, learnable, main, photo_set
from training.folders import read_folder
from training.inspect.counts import summary
from training.labels import Labelled
from training.pixels import load_pixels

FULL = {"oil": 1, "hydration": 2, "wrinkle": 0, "pigmentation": 3, "sensitivity": 4, "part": 1}


def put(folder, name, label=None, size=(64, 48)):
    path = folder / name
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)).save(path)
    if label is not None:
        path.with_suffix(".json").write_text(json.dumps(label), "utf-8-sig")
    return path


@pytest.mark.parametrize("name", ["a.jpg", "a.JPG", "a.jpeg", "a.JPEG", "a.png", "a.PNG", "a.webp", "a.b.jpg"])
def test_every_extension_in_any_case_is_read(tmp_path, name):
    put(tmp_path, name, FULL)
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (1, 2, 0, 3, 4) and photo.part == 1


def test_the_older_name_and_negative_values_are_understood(tmp_path):
    put(tmp_path, "a.jpg", {"sensitive": 2, "oil": -2, "wrinkle": -1})
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (-1, -1, -1, -1, 2) and photo.part == -1


def test_heic_photos_are_found(tmp_path):
    (tmp_path / "a.HEIC").write_bytes(b"")
    (tmp_path / "a.json").write_text(json.dumps(FULL))
    assert [photo.path.name for photo in read_folder(tmp_path).photos] == ["a.HEIC"]


def test_the_present_name_wins_over_the_older_one_unless_it_is_empty(tmp_path):
    put(tmp_path, "a.jpg", {"sensitivity": 3, "sensitive": -1})
    put(tmp_path, "b.jpg", {"sensitivity": None, "sensitive": 2})
    assert [photo.grades[4] for photo in read_folder(tmp_path).photos] == [3, 2]


def test_a_csv_with_a_path_column_is_read(tmp_path):
    put(tmp_path, "a.jpg")
    (tmp_path / "labels.csv").write_text("path,oil,sensitive,part\na.jpg,3,,0\n")
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (3, -1, -1, -1, -1)


def test_a_csv_may_be_named_itself_and_may_say_file_name(tmp_path):
    put(tmp_path, "a.jpg")
    table = tmp_path / "LABELS.CSV"
    table.write_text("file_name,oil,part\na.jpg,4,2\n", "utf-8-sig")
    for root in (table, tmp_path):
        (photo,) = read_folder(root).photos
        assert photo.grades == (4, -1, -1, -1, -1) and photo.part == 2


def test_a_csv_goes_before_the_json_beside_the_photo(tmp_path):
    put(tmp_path, "a.jpg", {"oil": 1})
    (tmp_path / "labels.csv").write_text("path,oil\na.jpg,3\n")
    reading = read_folder(tmp_path)
    assert [photo.grades[0] for photo in reading.photos] == [3] and reading.problems == []


@pytest.mark.parametrize(
    ("table", "name", "reason"),
    [
        (b"path,oil\na.jpg,1\n./b/../a.jpg,2\n", "a.jpg", "labelled twice"),
        (b"path,oil\na.jpg,1\n,2\n", "labels.csv", "line 3 names no photo"),
        (b"path,oil\na.jpg,1\nb,2\n", "b", "a label without a photo"),
        (b"path,oil\na.jpg,1\n" + b"x" * 5000 + b".jpg,2\n", "x" * 5000 + ".jpg", "a label without a photo"),
        (b"path,oil\na.jpg,1\na\0b.jpg,2\n", "a\0b.jpg", "a label without a photo"),
    ],
    ids=["twice", "no name", "a folder", "a long name", "a NUL"],
)
def test_rows_that_cannot_be_used_are_listed_and_the_rest_is_used(tmp_path, table, name, reason):
    put(tmp_path, "a.jpg")
    (tmp_path / "b").mkdir()
    (tmp_path / "labels.csv").write_bytes(table)
    reading = read_folder(tmp_path)
    assert [photo.grades[0] for photo in reading.photos] == [1]
    assert [(problem.path.name, reason in problem.reason) for problem in reading.problems] == [(name, True)]


@pytest.mark.parametrize(
    ("table", "reason"),
    [(b"", "without a `path` column"), (b"name,oil\na,1\n", "without a `path` column"), (b"path\n\xe9\n", "not a CSV")],
)
def test_a_table_that_cannot_be_read_is_listed(tmp_path, table, reason):
    (tmp_path / "labels.csv").write_bytes(table)
    (problem,) = read_folder(tmp_path).problems
    assert problem.path.name == "labels.csv" and reason in problem.reason


@pytest.mark.parametrize(
    ("person", "known"),
    [("Kim", "Kim"), (7, "7"), (" 7 ", "7"), ("", ""), (None, ""), (-1, ""), ("-1", ""), ("-a", "-a")],
)
def test_a_photo_may_say_whose_skin_it_is(tmp_path, person, known):
    put(tmp_path, "a.jpg", FULL | {"person": person})
    assert [photo.person for photo in read_folder(tmp_path).photos] == [known]


def test_people_of_a_csv_are_numbers_in_the_set(tmp_path):
    for name in "abcd":
        put(tmp_path, f"{name}.jpg")
    (tmp_path / "labels.csv").write_text("path,oil,person\na.jpg,1,9\nb.jpg,2,Kim\nc.jpg,3,\nd.jpg,1,9\n")
    assert photo_set(tmp_path, 32).people.tolist() == [0, 1, -1, 0]


def test_what_macos_keeps_beside_a_file_is_no_photo(tmp_path):
    put(tmp_path, "a.jpg", FULL)
    for name in ("._a.jpg", "._a.json"):
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    reading = read_folder(tmp_path)
    assert len(reading.photos) == 1 and reading.problems == []


def test_a_label_serves_one_photo_only(tmp_path):
    put(tmp_path, "a.jpg", FULL)
    put(tmp_path, "a.png")
    reading = read_folder(tmp_path)
    assert [photo.path.name for photo in reading.photos] == ["a.jpg"]
    assert "was used for a.jpg" in reading.problems[0].reason


def test_json_nested_without_end_is_listed(tmp_path):
    put(tmp_path, "a.jpg").with_suffix(".json").write_text("[" * 200_000)
    assert "not a JSON object" in read_folder(tmp_path).problems[0].reason


def test_the_summary_counts_attributes_grades_and_parts(tmp_path):
    put(tmp_path, "a.jpg", FULL)
    put(tmp_path, "b.jpg", {"oil": 1, "part": 3})
    put(tmp_path, "c.jpg", {"oil": 7})
    told = summary(read_folder(tmp_path))
    assert "2 labelled photos, 1 problems" in told and "c.jpg: oil is 7" in told
    assert "oil                2 labelled; grades 0..4: 0 2 0 0 0" in told
    assert "parts: cheek 0, forehead 1, centre 0, chin 1, unknown 0" in told


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
    put(tmp_path, "a.jpg", label)
    reading = read_folder(tmp_path)
    assert reading.photos == [] and reason in reading.problems[0].reason


def test_a_label_without_a_photo_is_listed_but_lesion_polygons_are_not(tmp_path):
    (tmp_path / "gone.json").write_text(json.dumps(FULL))
    (tmp_path / "annotations.json").write_text("{}")
    (problem,) = read_folder(tmp_path).problems
    assert problem.path.name == "gone.json" and "put the photo beside it, or delete the label" in problem.reason


def test_unreadable_photos_are_listed_and_the_rest_is_used(tmp_path, capsys):
    put(tmp_path, "good.jpg", FULL)
    put(tmp_path, "small.jpg", FULL, size=(20, 20))
    put(tmp_path, "broken.jpg", FULL).write_bytes(b"\xff\xd8\xff broken")
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
    put(tmp_path, "a.jpg")
    with pytest.raises(DataError, match=r"NAME\.json"):
        photo_set(tmp_path, 32)


def test_a_folder_whose_photos_cannot_be_decoded_says_so(tmp_path, capsys):
    put(tmp_path, "broken.jpg", FULL).write_bytes(b"broken")
    with pytest.raises(DataError, match="could be decoded"):
        photo_set(tmp_path, 32)
    assert "broken.jpg" in capsys.readouterr().err


def test_an_empty_folder_says_what_to_put_there(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "has no labelled photo: put NAME.json with the grades beside NAME.jpg" in capsys.readouterr().err


def test_photos_that_do_not_fit_into_memory_are_refused_before_any_is_read(tmp_path):
    put(tmp_path, "a.jpg", FULL)
    with pytest.raises(DataError, match=r"need 3000 GB of memory .* choose a smaller --size"):
        photo_set(tmp_path, 10**6)


def test_what_cannot_be_learned_is_told_by_attribute(tmp_path):
    put(tmp_path, "a.jpg", {"oil": 1, "wrinkle": 2})
    put(tmp_path, "b.jpg", {"oil": 1, "wrinkle": 3})
    told = learnable(photo_set(tmp_path, 32))
    assert "oil cannot be learned: all 2 labelled photos have grade 1; add photos of other grades" in told
    assert "hydration cannot be learned: no photo is labelled; give some a grade of hydration" in told
    assert [sentence.split()[0] for sentence in told] == ["oil", "hydration", "pigmentation", "sensitivity"]


def test_one_grade_only_is_refused_for_every_attribute_by_name(tmp_path):
    for name in "ab":
        put(tmp_path, f"{name}.jpg", FULL)
    with pytest.raises(DataError, match="nothing can be learned.*oil.*hydration.*wrinkle.*pigmentation.*sensitivity"):
        learnable(photo_set(tmp_path, 32))


def test_the_command_warns_of_what_cannot_be_learned_and_of_people_unknown(tmp_path, capsys):
    put(tmp_path, "a.jpg", {"oil": 1})
    assert main([str(tmp_path), "--size", "32"]) == 0
    told = capsys.readouterr().out
    assert "oil cannot be learned: all 1 labelled photos have grade 1" in told and "no photo says whose skin" in told


def test_the_command_prints_the_summary_and_every_problem(tmp_path, capsys):
    put(tmp_path, "good.jpg", FULL)
    put(tmp_path, "small.jpg", FULL, size=(20, 20))
    put(tmp_path, "wrong.jpg", {"oil": 7})
    assert main([str(tmp_path), "--size", "32"]) == 0
    told = capsys.readouterr().out
    assert "1 labelled photos" in told and "small.jpg: " in told and "oil is 7" in told


def test_the_command_lists_the_problems_of_a_folder_with_nothing_usable(tmp_path, capsys):
    put(tmp_path, "wrong.jpg", {"oil": 7})
    assert main([str(tmp_path)]) == 2
    assert "wrong.jpg: oil is 7" in capsys.readouterr().out


def test_a_photo_named_in_place_of_its_folder_is_refused(tmp_path, capsys):
    assert main([str(put(tmp_path, "a.jpg", FULL))]) == 2
    assert "name the folder" in capsys.readouterr().err


def test_the_command_ends_with_2_and_a_sentence_when_there_is_no_folder(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_reading_photos_and_labels_does_not_import_torch():
    modules = "training.datasets, training.inspect.__main__, training.photo, training.metrics"
    code = f"import {modules}, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
