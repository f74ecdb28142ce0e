"""The close look at labelled photos finds what spoils learning and measuring, and the page tells it to people."""

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from training.attributes import KEYS
from training.inspect.__main__ import main
from training.inspect.counts import tally, unlearnable
from training.inspect.findings import alike, look
from training.inspect.likeness import contents, near_duplicates
from training.labels import Labelled
from training.phantom.__main__ import main as render

SIZE = 64


@pytest.fixture(scope="module")
def skin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("skin")
    render(["--out", str(folder), "--count", "10", "--seed", "3", "--side", "96"])
    return folder


@pytest.fixture()
def photos(skin, tmp_path):
    return shutil.copytree(skin, tmp_path / "photos")


@pytest.fixture()
def held_out(skin, tmp_path):
    """Two photos that `photos` does not have, mirrored from two that it has."""
    folder = tmp_path / "held_out"
    folder.mkdir()
    for name in ("00000", "00001"):
        Image.open(skin / f"{name}.jpg").transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / f"new{name}.jpg")
        shutil.copy(skin / f"{name}.json", folder / f"new{name}.json")
    return folder


def relabel(path, **keys):
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))


def found(capsys, *command):
    status = main([*map(str, command), "--size", str(SIZE), "--json", "-"])
    return status, json.loads(capsys.readouterr().out)


def names(paths):
    return [re.split(r"[/\\]", path)[-1] for path in paths]


def kinds(record):
    return [(one["why"], names(one["training"]), names(one["validation"])) for one in record["alike"]]


def test_different_photos_are_not_alike_and_nothing_is_to_mend(photos, held_out, capsys):
    status, record = found(capsys, photos, "--validation", held_out)
    assert status == 0 and record["alike"] == [] and record["training"]["problems"] == []


def test_counts_are_per_attribute_grade_and_part(photos, capsys):
    _, record = found(capsys, photos)
    labels = [json.loads(path.read_text()) for path in photos.glob("*.json")]
    of_chins = record["training"]["attributes"]["oil"]["parts"]["chin"]
    assert record["training"]["attributes"]["oil"]["n"] == [sum(row["oil"] == g for row in labels) for g in range(5)]
    assert of_chins == [sum(row["oil"] == g and row["part"] == 3 for row in labels) for g in range(5)]


def test_a_photo_of_unknown_part_is_counted_apart(tmp_path):
    counts = tally([Labelled(tmp_path, (1, -1, 0, -1, -1), -1), Labelled(tmp_path, (1, -1, -1, -1, -1), 3)])
    assert counts[0, :, 1].tolist() == [0, 0, 0, 1, 1] and counts.sum() == 3


def test_a_copy_is_found_by_its_bytes_and_told_once(photos, capsys):
    shutil.copy(photos / "00004.jpg", photos / "copy.jpg")
    (photos / "copy.json").write_text('{"oil": 1}')
    status, record = found(capsys, photos)
    assert status == 1 and kinds(record) == [("same bytes", ["00004.jpg", "copy.jpg"], [])]


def stored_again(image, path):
    image.save(path, quality=50)


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


def test_the_text_names_leaks_warnings_and_people(photos, held_out, capsys):
    for path in photos.glob("*.json"):
        relabel(path, oil=-1)
    assert main([str(photos), "--size", str(SIZE)]) == 0
    told = capsys.readouterr()
    assert "oil cannot be learned" in told.out and "no photo says whose skin it is" in told.out
    assert "reading photos" in told.err and "reading photos" not in told.out
    shutil.copy(photos / "00005.jpg", held_out / "same.jpg")
    (held_out / "same.json").write_text('{"oil": 1}')
    assert main([str(photos), "--validation", str(held_out), "--size", str(SIZE)]) == 1
    assert f"leak, same bytes: {photos / '00005.jpg'} in training; {held_out / 'same.jpg'}" in capsys.readouterr().out


class Page(HTMLParser):
    """Counts tags, and knows whether all are closed."""

    VOID = ("meta", "img", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.count, self.sources = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.count[tag] = self.count.get(tag, 0) + 1
        self.sources += [value for name, value in attributes if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page(tmp_path, *command):
    target = tmp_path / "page.html"
    main([*map(str, command), "--size", str(SIZE), "--html", str(target)])
    return target.read_text("utf-8")


def test_the_page_shows_every_case_and_loads_nothing(photos, held_out, tmp_path):
    shutil.copy(photos / "00005.jpg", held_out / "same.jpg")
    (held_out / "same.json").write_text('{"oil": 1}')
    (photos / "00000.jpg").write_bytes(b"broken")
    relabel(photos / "00002.json", oil=7)
    text = page(tmp_path, photos, "--validation", held_out)
    seen = Page(text)
    assert seen.open == [] and seen.count["svg"] == 5 and seen.count["rect"] == 50
    assert seen.count["figure"] == 4 and seen.count["img"] == 3
    assert "oil is 7; write a whole number" in text and "no picture" in text
    assert "script" not in seen.count and all(source.startswith(("#", "data:image/jpeg")) for source in seen.sources)
    assert {source[1:] for source in seen.sources if source[0] == "#"} <= set(re.findall(r'id="([^"]+)"', text))
    picture = next(source for source in seen.sources if source.startswith("data:"))
    assert max(Image.open(io.BytesIO(base64.b64decode(picture.split(",")[1]))).size) <= 132


def test_the_page_of_a_clean_folder_says_so(photos, tmp_path):
    text = page(tmp_path, photos)
    assert "Nothing: every label can be used" in text and Page(text).count["rect"] == 25
    assert "No photo says whose skin it is" in text


def test_the_page_shows_names_and_labels_as_text_never_as_markup(photos, tmp_path):
    (photos / "00000.jpg").rename(photos / "<b>&.jpg")
    text = page(tmp_path, photos)
    assert "&lt;b&gt;&amp;.jpg" in text and "<b>&.jpg" not in text


def test_names_that_are_not_utf_8_are_listed_and_never_end_in_a_trace(photos, tmp_path):
    (photos / os.fsdecode(b"\xb0\xa1.jpg")).write_bytes(b"")
    command = [sys.executable, "-m", "training.inspect", str(photos), "--size", str(SIZE), "--html", "page.html"]
    ran = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": os.getcwd()}, capture_output=True)
    assert ran.returncode == 1 and rb"\udcb0\udca1.jpg" in ran.stdout and b"Traceback" not in ran.stderr
    assert r"\udcb0\udca1.jpg" in (tmp_path / "page.html").read_text("utf-8")


def test_the_page_of_an_empty_folder_is_written_and_the_command_ends_with_2(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / "empty"), "--html", str(tmp_path / "page.html")]) == 2
    assert (
        "put NAME.json" in capsys.readouterr().err and "oil cannot be learned" in (tmp_path / "page.html").read_text()
    )


def test_many_cases_are_shown_in_part_and_counted_in_full(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(30):
        (folder / f"{i}.json").write_text('{"oil": 1}')
    text = page(tmp_path, folder)
    assert Page(text).count["figure"] == 24 and "6 more are in the printed list" in text


def test_json_goes_to_a_file_too(photos, tmp_path, capsys):
    assert main([str(photos), "--size", str(SIZE), "--json", str(tmp_path / "found.json")]) == 0
    assert json.loads((tmp_path / "found.json").read_text())["training"]["photos"] == 10
    assert "10 labelled photos" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_target_that_cannot_be_written_is_refused_before_any_photo_is_read(photos, tmp_path, capsys, option):
    assert main([str(photos), option, str(tmp_path / "no" / "page.html")]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "name a file in a folder that exists" in told


def test_no_folder_ends_with_2_and_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.startswith("training.inspect: there is no folder")
