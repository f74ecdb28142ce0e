"""Labels in a CSV: which one is read, and which of its rows."""

import pytest

from tests.training.helpers import put_photo
from training.datasets import photo_set
from training.folders import read_folder


def test_a_csv_with_a_path_column_is_read(tmp_path):
    put_photo(tmp_path, "a.jpg")
    (tmp_path / "labels.csv").write_text("path,oil,sensitive,part\na.jpg,3,,0\n")
    (photo,) = read_folder(tmp_path).photos
    assert photo.grades == (3, -1, -1, -1, -1)


def test_a_csv_may_be_named_itself_and_may_say_file_name(tmp_path):
    put_photo(tmp_path, "a.jpg")
    table = tmp_path / "LABELS.CSV"
    table.write_text("file_name,oil,part\na.jpg,4,2\n", "utf-8-sig")
    for root in (table, tmp_path):
        (photo,) = read_folder(root).photos
        assert photo.grades == (4, -1, -1, -1, -1) and photo.part == 2


def test_a_csv_goes_before_the_json_beside_the_photo(tmp_path):
    put_photo(tmp_path, "a.jpg", {"oil": 1})
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
    put_photo(tmp_path, "a.jpg")
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


def test_people_of_a_csv_are_numbers_in_the_set(tmp_path):
    for name in "abcd":
        put_photo(tmp_path, f"{name}.jpg")
    (tmp_path / "labels.csv").write_text("path,oil,person\na.jpg,1,9\nb.jpg,2,Kim\nc.jpg,3,\nd.jpg,1,9\n")
    assert photo_set(tmp_path, 32).people.tolist() == [0, 1, -1, 0]
