"""Synthetic skin: grades are measured, streams are independent, seeds reproduce, tones span the range."""

import json

import numpy as np
import pytest

from training.attributes import GRADES, KEYS
from training.phantom.__main__ import main
from training.phantom.maps import SIGNS, grade_of
from training.phantom.optics import albedo
from training.phantom.photo import render
from training.photo_set import plan_grades, render_set

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
