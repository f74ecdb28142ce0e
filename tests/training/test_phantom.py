"""Synthetic skin: grades are measured, streams are independent, seeds reproduce, tones span the range."""

import json
import re
from functools import partial

import numpy as np
import pytest
from PIL import Image

from training.attributes import GRADES, KEYS
from training.phantom.__main__ import main
from training.phantom.distractors import KINDS, Distractors, draw_distractors
from training.phantom.maps import SIGNS, cell_means, grade_of
from training.phantom.optics import albedo
from training.phantom.photo import render, stream
from training.phantom.render import Skin
from training.photo_set import draw, plan_grades, render_set

MIDDLE = dict.fromkeys(KEYS, 2)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("grade", range(GRADES))
def test_the_grade_is_measured_on_the_map(key, grade):
    phantom = render(3, 0, MIDDLE | {key: grade}, n=128)
    assert grade_of(key, phantom.maps[key].mean()) == grade


@pytest.mark.parametrize("key", KEYS)
def test_changing_one_attribute_leaves_every_other_map_as_it_was(key):
    one, twin = render(4, 1, MIDDLE, n=96), render(4, 1, MIDDLE | {key: 4}, n=96)
    changed = {other for other in KEYS if not np.array_equal(one.maps[other], twin.maps[other])}
    assert changed == {key}
    assert one.tone == twin.tone and one.part == twin.part


@pytest.mark.parametrize(("side", "cells"), [(56, 28), (64, 28), (30, 7), (5, 5)])
def test_cell_means_are_those_of_the_map_enlarged_until_cells_are_whole(side, cells):
    field = np.random.default_rng(side).random((side, side)).astype(np.float32)
    whole = field.repeat(cells, 0).repeat(cells, 1).reshape(cells, side, cells, side)
    assert np.allclose(cell_means(field, cells), whole.mean((1, 3)), atol=1e-6)


def test_the_same_seed_draws_the_same_pixels():
    assert np.array_equal(render(5, 2, MIDDLE, n=96).pixels, render(5, 2, MIDDLE, n=96).pixels)
    assert not np.array_equal(render(5, 2, MIDDLE, n=96).pixels, render(6, 2, MIDDLE, n=96).pixels)


def test_every_attribute_has_a_sign():
    assert tuple(SIGNS) == KEYS


def test_more_melanin_is_darker_and_more_blood_is_redder():
    shares = np.array([[0.01, 0.05, 0.3]], np.float32)
    blood = np.full_like(shares, 0.006)
    luma = albedo(shares, blood).mean(-1)[0]
    assert luma[0] > luma[1] > luma[2]
    pale, flushed = albedo(shares[:, :1], blood[:, :1])[0, 0], albedo(shares[:, :1], 8 * blood[:, :1])[0, 0]
    assert flushed[0] / flushed[1] > pale[0] / pale[1]


def test_darker_tones_render_darker():
    means = [render(8, 0, MIDDLE, n=96, tone=tone).pixels.mean() for tone in (0, 2, 5)]
    assert means[0] > means[1] > means[2]


def test_a_balanced_plan_has_every_grade_equally_often():
    plan = plan_grades(100, seed=1)
    assert all((np.bincount(column, minlength=5) == 20).all() for column in plan.T)


def test_raters_are_off_by_one_at_most_and_about_one_time_in_seven():
    steps = [render(9, i, MIDDLE, n=32).rated[key] - 2 for i in range(60) for key in KEYS]
    assert set(steps) == {-1, 0, 1} and 0.08 < np.mean(np.abs(steps)) < 0.24


def test_a_set_is_reproducible_across_processes():
    one, two = render_set(4, 32, seed=2), render_set(4, 32, seed=2)
    assert np.array_equal(one.images, two.images) and np.array_equal(one.labels, two.labels)


def test_the_command_writes_a_labelled_folder(tmp_path):
    assert main(["--out", str(tmp_path / "skin"), "--count", "3", "--side", "64"]) == 0
    label = json.loads((tmp_path / "skin" / "00000.json").read_text())
    assert set(KEYS) <= set(label) and (tmp_path / "skin" / "00002.jpg").exists()


@pytest.mark.parametrize("wrong", ["--count=0", "--seed=-1", "--side=0"])
def test_a_number_that_is_no_good_is_refused(tmp_path, wrong, capsys):
    with pytest.raises(SystemExit) as end:
        main(["--out", str(tmp_path / "skin"), wrong])
    assert end.value.code == 2 and f"error: argument {wrong.partition('=')[0]}: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("out", "flags", "sentence"),
    [
        ("photo", ["--one"], "give a name that ends in one of .png"),
        ("sheet", ["--sheet"], "give a name that ends in one of .png"),
        ("file", [], "File exists"),
        ("file/skin", [], "File exists|Not a directory"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, out, flags, sentence, capsys):
    (tmp_path / "file").touch()
    assert main(["--out", str(tmp_path / out), *flags]) == 2
    said = capsys.readouterr().err
    assert said.startswith("training.phantom: --out ") and re.search(sentence, said)


def test_the_seeds_layout_names_parts_and_missing_labels_as_the_seed_did(tmp_path, capsys):
    assert main(["--out", str(tmp_path), "--count", "10", "--side", "64", "--seed-layout", "--masks"]) == 0
    rows = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("*.json"))]
    assert [row["part"] for row in rows] == [1, 1, 0, 0, 3, 3, 2, 2, 0, 0]
    chin = rows[4]
    assert chin["oil"] == chin["pigmentation"] == -2 and 0 <= chin["hydration"] <= 4 and "sensitive" in chin
    assert (tmp_path / "00004NBC.jpg").exists()
    assert "a perfect grader reaches" in capsys.readouterr().err


def test_masks_on_disk_are_the_maps(tmp_path):
    main(["--out", str(tmp_path), "--count", "2", "--side", "64", "--seed", "5", "--masks"])
    phantom, _ = draw(5, 1, plan_grades(2, 5)[1], 64)
    for key in KEYS:
        stored = np.asarray(Image.open(tmp_path / "masks" / f"00001.{key}.png")) / 255
        assert np.abs(stored - np.clip(phantom.maps[key], 0, 1)).max() <= 0.5 / 255 + 1e-6


def test_a_distractor_changes_no_map_and_every_kind_occurs():
    drawn = [draw_distractors(partial(stream, 1, i), 48) for i in range(40)]
    for kind in KINDS:
        shares = [bool(getattr(one, kind).any()) for one in drawn]
        assert 0.05 < np.mean(shares) < 0.5


def test_make_up_evens_the_colour_and_hair_darkens():
    none = np.zeros((32, 32), np.float32)
    ramp = np.linspace(0.02, 0.1, 32 * 32, dtype=np.float32).reshape(32, 32)
    skin = Skin(ramp, ramp, none, {})
    covered = Distractors(none + 0.4, none, none, none).cover(skin)
    assert covered.melanin.std() < skin.melanin.std() and covered.melanin.mean() == pytest.approx(0.056, rel=0.1)
    lit = np.ones((32, 32, 3), np.float32)
    assert Distractors(none, none, none, none + 1).fall_on(lit).max() < 0.2
    assert Distractors(none, none + 0.5, none + 0.1, none).fall_on(lit)[0, 0, 0] == pytest.approx(0.6)
