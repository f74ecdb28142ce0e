"""Copies, near-duplicates and people in both sets are found, and different photos are not."""

import shutil

import numpy as np
import pytest
from PIL import Image

from tests.training.inspect.helpers import SIZE, found, kinds, relabel, stored_again
from training.inspect.findings import alike, look
from training.inspect.likeness import contents, near_duplicates


def test_different_photos_are_not_alike_and_nothing_is_to_mend(photos, held_out, capsys):
    status, record = found(capsys, photos, "--validation", held_out)
    assert status == 0 and record["alike"] == [] and record["training"]["problems"] == []


def test_a_copy_is_found_by_its_bytes_and_told_once(photos, capsys):
    shutil.copy(photos / "00004.jpg", photos / "copy.jpg")
    (photos / "copy.json").write_text('{"oil": 1}')
    status, record = found(capsys, photos)
    assert status == 1 and kinds(record) == [("same bytes", ["00004.jpg", "copy.jpg"], [])]


def smaller(image, path):
    image.resize((80, 80), Image.Resampling.LANCZOS).save(path)


def brighter(image, path):
    image.point(lambda value: min(255, round(value * 1.1))).save(path, quality=90)


def trimmed(image, path):
    image.crop((1, 1, 95, 95)).save(path, quality=90)


@pytest.mark.parametrize("change", [stored_again, smaller, brighter, trimmed], ids=lambda change: change.__name__)
def test_a_changed_copy_is_a_near_duplicate(photos, capsys, change):
    change(Image.open(photos / "00004.jpg"), photos / "copy.jpg")
    (photos / "copy.json").write_text('{"oil": 1}')
    _, record = found(capsys, photos)
    assert kinds(record) == [("near-duplicate", ["00004.jpg", "copy.jpg"], [])]


def test_what_is_in_both_sets_is_a_leak_and_comes_first(photos, held_out, capsys):
    shutil.copy(photos / "00002.jpg", photos / "copy.jpg")
    (photos / "copy.json").write_text('{"oil": 1}')
    shutil.copy(photos / "00005.jpg", held_out / "same.jpg")
    stored_again(Image.open(photos / "00006.jpg"), held_out / "near.jpg")
    for name in ("same", "near"):
        (held_out / f"{name}.json").write_text('{"oil": 1}')
    relabel(photos / "00007.json", person="Kim")
    relabel(photos / "00008.json", person="Lee")
    relabel(held_out / "new00000.json", person="Kim")
    status, record = found(capsys, photos, "--validation", held_out)
    assert status == 1 and kinds(record) == [
        ("same bytes", ["00005.jpg"], ["same.jpg"]),
        ("near-duplicate", ["00006.jpg"], ["near.jpg"]),
        ("same person", ["00007.jpg"], ["new00000.jpg"]),
        ("same bytes", ["00002.jpg", "copy.jpg"], []),
    ]
    assert [one["leaks"] for one in record["alike"]] == [True, True, True, False]


def test_a_set_validated_on_itself_leaks_every_photo(photos, capsys):
    _, record = found(capsys, photos, "--validation", photos)
    assert sum(one["leaks"] and one["why"] == "same bytes" for one in record["alike"]) == 10


def test_one_person_with_many_photos_in_one_set_is_no_finding(photos):
    for path in photos.glob("*.json"):
        relabel(path, person=1)
    assert alike(look(photos, SIZE), None) == []


def test_likeness_goes_over_others_and_ends_at_the_limit():
    hashes = np.random.default_rng(0).random((5, 256)) < 0.5
    hashes[1] = hashes[0]
    hashes[1, :32] ^= True
    hashes[2] = hashes[1]
    hashes[2, 32:64] ^= True
    hashes[3] = hashes[2]
    hashes[3, 64:97] ^= True
    group = near_duplicates(hashes)
    assert group[0] == group[1] == group[2] and len(set(group.tolist())) == 3


def test_files_of_one_length_are_compared_by_their_bytes(tmp_path):
    for name, data in (("a", b"12"), ("b", b"13"), ("c", b"12"), ("d", b"123")):
        (tmp_path / name).write_bytes(data)
    found = contents(tmp_path / name for name in "abcd")
    same = [found[tmp_path / name] for name in "abcd"]
    assert same[0] == same[2] and len(set(same)) == 3
