"""Scores of hand-made maps are those of arithmetic; networks, photos and skin are changed as the checks say."""

import copy
import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from training import checkpoint
from training.attributes import ATTRIBUTES, KEYS
from training.decoding import Decoding
from training.faithfulness import deletion, randomise, twins
from training.faithfulness.__main__ import main
from training.faithfulness.energy import energy_in_mask, energy_report
from training.faithfulness.figures import score
from training.faithfulness.places import by_grade, centre_prior, degrees_of, places, sign_masks, upsampled
from training.faithfulness.pointing import hits, pointing_report
from training.faithfulness.text import tables
from training.graders import CheckpointGrader
from training.model import SkinNet
from training.phantom.maps import cell_means
from training.photo_set import CELLS, PhotoSet, render_set
from training.runtime import Answers

OIL, HYDRATION, WRINKLE = ATTRIBUTES[:3]
SIDE = 7  # of the hand-made maps
EACH_GRADE = np.repeat(np.arange(5), 3)


def blobs(n: int = len(EACH_GRADE)) -> np.ndarray:
    """True maps (n,28,28): one soft blob each, somewhere."""
    rng, axis = np.random.default_rng(1), np.arange(CELLS)
    y, x = rng.uniform(3, 25, (2, n, 1))
    rows, columns = np.exp(-(((axis - y) / 3) ** 2)), np.exp(-(((axis - x) / 3) ** 2))
    return rows[:, :, None] * columns[:, None, :]


def coarse(cells: np.ndarray) -> np.ndarray:
    return np.stack([cell_means(cell, SIDE) for cell in cells])


def judged(maps: np.ndarray) -> dict:
    return energy_report(places(OIL, maps, blobs(), EACH_GRADE), seed=0)


@pytest.fixture(scope="module")
def net() -> SkinNet:
    torch.manual_seed(0)
    return SkinNet().eval()


@pytest.fixture(scope="module")
def skin() -> PhotoSet:
    return render_set(10, 64, seed=6)


@dataclass(frozen=True)
class OneCell:
    """Expected grade: 4 where the top left quarter of a side is white, 0 where it is black; it also points there."""

    name: str = "one cell"
    size: int = 64
    decoding: Decoding = Decoding()

    def grade(self, images: np.ndarray) -> Answers:
        corner = images[:, :16, :16].mean((1, 2, 3)) / 255
        maps = np.zeros((len(images), 5, 4, 4))
        maps[..., 0, 0] = 1
        none = np.zeros((len(images), 5, 5))
        return Answers(none, none, np.repeat(4 * corner[:, None], 5, 1), maps)


def test_an_even_map_scores_chance():
    masks = sign_masks(blobs())
    even = np.full(masks.shape, 0.3)
    assert energy_in_mask(even, masks) == pytest.approx(1.0)
    assert hits(even, masks) == pytest.approx(masks.mean((1, 2)))


def test_a_map_outside_the_mask_scores_nothing():
    masks = sign_masks(blobs())
    outside = (~masks).astype(float)
    assert not energy_in_mask(outside, masks).any() and not hits(outside, masks).any()


def test_a_map_inside_the_mask_scores_one_over_its_area():
    masks = sign_masks(blobs())
    assert energy_in_mask(masks.astype(float), masks) == pytest.approx(1 / masks.mean((1, 2)))


def test_energy_is_as_worked_by_hand():
    mask = np.array([[[True, False], [False, False]]])
    # 3 of 3 + 1 lies in a quarter of the places; what is negative is not shown
    assert energy_in_mask(np.array([[[3.0, 1.0], [-5.0, 0.0]]]), mask) == pytest.approx([3.0])


def test_a_map_that_shows_nothing_has_no_energy_and_is_counted():
    maps = coarse(blobs())
    maps[EACH_GRADE == 2] = -1
    row = judged(maps)["grades"]["2"]
    assert row == {"n": 0, "n_empty": 3} and not judged(maps)["holds"]


def test_a_perfect_map_goes_all_the_way_and_holds():
    report = judged(5 * coarse(blobs()))
    assert report["holds"] and report["judged"]["n"] == 9
    assert report["judged"]["ratio"] == pytest.approx(report["judged"]["ratio_perfect"])
    assert report["judged"]["share_of_perfect"] == pytest.approx(1.0)


def test_a_map_halfway_between_even_and_perfect_is_halfway():
    perfect = coarse(blobs())
    even = np.ones_like(perfect) * upsampled(perfect).mean((1, 2), keepdims=True)
    assert judged(perfect + even)["judged"]["share_of_perfect"] == pytest.approx(0.5)


def test_a_map_of_the_centre_scores_as_the_centre_prior_and_does_not_hold():
    report = judged(np.broadcast_to(cell_means(centre_prior(), SIDE), (len(EACH_GRADE), SIDE, SIDE)))
    assert report["judged"]["ratio"] == pytest.approx(report["judged"]["ratio_centre"], rel=0.05)
    assert not report["holds"]


def test_one_bad_grade_is_enough_not_to_hold():
    maps = coarse(blobs())
    maps[EACH_GRADE == 3] = maps[EACH_GRADE == 3][:, ::-1, ::-1]
    assert judged(maps)["judged"]["share_of_perfect"] > 0.35 and not judged(maps)["holds"]


def test_a_grade_without_photos_leaves_the_bar_unproven():
    few = EACH_GRADE < 4
    where = places(OIL, coarse(blobs())[few], blobs()[few], EACH_GRADE[few])
    assert not energy_report(where, seed=0)["holds"]


def test_hydration_is_read_from_the_negative_map_and_judged_where_skin_is_dry():
    report = energy_report(places(HYDRATION, -coarse(blobs()), blobs(), EACH_GRADE), seed=0)
    assert report["holds"] and list(report["grades"]) == ["0", "1", "2", "3"]
    assert degrees_of(HYDRATION, np.arange(5)).tolist() == [4, 3, 2, 1, 0]


def test_only_photos_with_the_sign_are_scored():
    assert list(pointing_report(places(OIL, coarse(blobs()), blobs(), EACH_GRADE))["grades"]) == ["1", "2", "3", "4"]


def test_pointing_hits_where_the_strongest_place_lies_on_the_sign():
    masks = np.zeros((2, 4, 4), bool)
    masks[:, :2] = True
    maps = np.zeros((2, 4, 4))
    maps[0, 0, 3] = maps[1, 3, 3] = 1
    assert hits(maps, masks).tolist() == [1, 0]
    maps[1, 0, 0] = 1  # a tie of one place inside and one outside
    assert hits(maps, masks).tolist() == [1, 0.5]


def test_judged_photos_are_those_of_degree_two_and_more():
    where = places(WRINKLE, coarse(blobs()), blobs(), EACH_GRADE)
    assert by_grade(where, lambda part: {"n": len(part.grades)})["judged"]["n"] == 9


def test_reinitialising_forgets_the_head_then_what_is_below_and_leaves_the_original(net):
    before = copy.deepcopy(net.state_dict())
    names = [name for name, _ in randomise.top_down(net)]
    assert names[:3] == ["head", "conv_head", "blocks.6"] and names[-1] == "conv_stem"
    changed = {}
    for depth in (1, 2):
        after = randomise.reinitialised(net, depth, seed=3).state_dict()
        changed[depth] = {
            name for name in before if before[name].ndim > 1 and not torch.equal(before[name], after[name])
        }
    assert changed == {1: {"head.weight"}, 2: {"head.weight", "trunk.conv_head.weight"}}
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_reinitialising_follows_the_seed(net):
    first, again, other = (randomise.reinitialised(net, 1, seed).head.weight for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_maps_that_do_not_hang_on_the_weights_fail_the_randomisation_check(net):
    fixed = np.random.default_rng(0).random((4, 5, 3, 3))
    report = randomise.randomisation_report(net, lambda _: fixed, seed=0)
    assert not report["holds"] and {row["rank_correlation"] for row in report["depths"]} == {1.0}


def test_maps_that_only_change_sign_show_in_the_mean_of_magnitudes():
    maps = np.random.default_rng(0).random((4, 5, 3, 3))
    found = np.stack([randomise.correlations(maps, sign * maps) for sign in (1, -1)])
    figures = randomise.summary(found)
    assert figures["rank_correlation"] == pytest.approx(0) and figures["rank_correlation_abs"] == pytest.approx(1)


def test_places_are_deleted_from_the_strongest_on():
    order = deletion.falling(np.array([[[0.1, 0.9], [0.5, 0.2]]]))
    assert order.tolist() == [[1, 2, 3, 0]]
    assert deletion.first_cells(order, 2).tolist() == [[[False, True], [True, False]]]


def test_each_step_blurs_more_until_the_whole_photo_is_blurred():
    images = np.random.default_rng(0).integers(0, 256, (2, 30, 30, 3), np.uint8)  # 30 px do not divide by 7 cells
    order = deletion.falling(np.random.default_rng(1).random((2, 7, 7)))
    steps = list(deletion.blurred_on(images, order))
    kept = [(step == images).all(-1).mean() for step in steps]
    assert kept == sorted(kept, reverse=True) and np.array_equal(steps[-1], deletion.blurred(images))


def test_the_area_between_curves_is_as_worked_by_hand(monkeypatch, skin):
    monkeypatch.setattr(deletion, "blurred", np.zeros_like)
    white = replace(skin, images=np.full_like(skin.images, 255))
    report = deletion.deletion_report(OneCell(), white, seed=0)
    # The map's first step takes all 4 grades; a trapezoid is lost at the start: 4 * (8 - 1/2) / 8.
    assert report["oil"]["fall_map"] == [0] + [4] * 8
    random_area = np.trapezoid(report["oil"]["fall_random"], dx=1 / 8)
    assert report["oil"]["area_between"] == pytest.approx(3.75 - random_area)
    # Hydration's map is read the other way round, so the corner goes last; its grade should have risen, not fallen.
    assert report["hydration"]["fall_map"] == [0] * 8 + [-4]
    assert report["oil"]["n"] == np.sum(skin.clean[:, 0] >= 2)


def test_curves_count_photos_once_each():
    still, falls = np.zeros((8, 2)), np.tile(np.array([1.0, 3.0]), (8, 1))
    figures = deletion.curves({"map": falls, "random": still, "truth": falls}, seed=0)
    assert figures["area_between"] == pytest.approx(2 * 7.5 / 8) == figures["area_between_truth"]
    assert figures["ci95"] == pytest.approx([7.5 / 8, 3 * 7.5 / 8])


def test_a_twin_with_nothing_changed_is_the_photo_itself(skin):
    images, cells = twins.render_twins(6, skin.clean[:2], WRINKLE, 64)
    assert np.array_equal(images, skin.images[:2])
    assert np.allclose(cells, skin.cells[:2, ..., 2].astype(float), atol=1e-3)


def test_twins_always_change_the_grade_and_stay_within_the_scale():
    clean = np.tile(np.arange(5), (200, 1))
    other = twins.other_grades(clean, seed=0)
    assert (other != clean).all() and set(np.unique(other)) == set(range(5))


def test_a_grader_that_follows_each_step_responds_by_one_and_leaks_nothing():
    steps = np.array([1, -2, 3])
    moves = np.zeros((3, 5))
    moves[:, 2] = steps
    cells = blobs(3) * steps[:, None, None]
    figures = twins.change_summary(WRINKLE, twins.Change(steps, moves, coarse(cells), cells))
    assert figures["response_per_step"] == 1 and figures["leakage_per_step"] == 0
    assert figures["map_change_ratio"] == pytest.approx(figures["map_change_ratio_perfect"])
    assert figures["map_change_inside"] == pytest.approx(figures["map_change_ratio"] * figures["changed_area"], rel=0.2)


def test_leakage_does_not_cancel_between_photos():
    moves = np.zeros((2, 5))
    moves[:, 0] = 0.4, -0.4
    still = np.zeros((2, SIDE, SIDE))
    figures = twins.change_summary(WRINKLE, twins.Change(np.array([1, 1]), moves, still, blobs(2)))
    assert figures["leakage_per_step"] == pytest.approx(0.1) and figures["others_per_step"]["oil"] == 0
    assert figures["map_change_ratio"] is None  # its map did not change at all


def test_a_sign_is_scored_alike_twice_and_all_of_it_is_json(net, skin, monkeypatch):
    monkeypatch.setattr(randomise, "DRAWS", 1)
    grader = CheckpointGrader("tiny", 64, Decoding(), net)
    first, again = (score(grader, skin, seed=6, probed=3) for _ in range(2))
    assert json.dumps(first, allow_nan=False) == json.dumps(again)
    assert set(first["energy"]) == set(first["pointing"]) == set(first["deletion"]) == set(first["twins"]) == set(KEYS)
    assert first["probed"] == 3 and first["map_side"] == 2 and len(first["checks"]) == 4
    assert "randomisation" in tables(first)


def test_without_a_network_the_randomisation_check_is_left_out(skin):
    figures = score(OneCell(), skin, seed=6, probed=2)
    assert figures["randomisation"] is None and "randomisation" not in figures["checks"]
    assert "cannot be re-initialised" in tables(figures)


def test_maps_of_a_single_place_are_refused(net, skin):
    with pytest.raises(ValueError, match="64 px"):
        score(CheckpointGrader("tiny", 32, Decoding(), net), skin, seed=6, probed=2)


def test_the_command_prints_one_json_object_and_fails_with_its_checks(tmp_path, net, capsys, monkeypatch):
    monkeypatch.setattr(randomise, "DRAWS", 1)
    checkpoint.save(tmp_path, net, 64, Decoding())
    status = main(["--checkpoint", str(tmp_path), "--synthetic", "6", "--probed", "1", "--json", "-"])
    figures = json.loads(capsys.readouterr().out)
    assert figures["photos"] == 6 and status == 1 and not all(figures["checks"].values())


@pytest.mark.parametrize("wrong", [["--synthetic", "0"], ["--probed", "0"], []])
def test_the_command_ends_with_2_and_a_sentence(tmp_path, capsys, wrong):
    assert main(["--checkpoint", str(tmp_path), *wrong]) == 2
    assert capsys.readouterr().err.startswith("training.faithfulness: ")
