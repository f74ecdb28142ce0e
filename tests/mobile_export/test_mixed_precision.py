"""The block whose rounding spoils the answers is found, left in float, and the rest stays int8."""

import pytest

from mobile_export import mixed_precision
from mobile_export.mixed_precision import (
    blocks_of,
    fake_quantisers,
    grades_equal,
    quantize,
    rounded_by,
    scan,
    unrounded,
)
from mobile_export.qat import QatPlan, fine_tune, within
from tests.mobile_export.small_net import blots, small_net

PLAN = QatPlan(steps=0, batch=8, calibration_batches=3, int8_sigmoid=False)  # a step would wreck an untrained network
SPOILT = "blocks.4.1"


@pytest.fixture(scope="module")
def net():
    return small_net()


@pytest.fixture(scope="module")
def spoilt(net):
    """A fine-tuned trunk in which one block rounds to steps that are far too coarse."""
    photos = blots(24)
    prepared = fine_tune(net, photos.images, photos.labels, PLAN)
    for node, module in fake_quantisers(prepared):
        if within(rounded_by(node), SPOILT) and module.ch_axis < 0:
            module.activation_post_process.min_val.mul_(60)
            module.activation_post_process.max_val.mul_(60)
    return prepared


def test_the_block_that_costs_most_is_named_first(net, spoilt):
    costs = scan(net, spoilt, blots(12).images, PLAN)
    assert costs[0].block == SPOILT and costs[0].share > 0.5
    assert not any(cost.block.startswith(PLAN.float_blocks) for cost in costs)


def test_a_scan_leaves_the_trunk_as_it_was(net, spoilt):
    images = blots(8).images
    before = mixed_precision.logits(net, spoilt, images)
    with unrounded(spoilt, SPOILT):
        assert abs(mixed_precision.logits(net, spoilt, images) - before).max() > 0
    assert (mixed_precision.logits(net, spoilt, images) == before).all()


def test_blocks_are_left_in_float_until_enough_grades_are_equal(net, monkeypatch, capsys):
    answers = iter([0.5, 0.8, 0.99])
    monkeypatch.setattr(mixed_precision, "grades_equal", lambda *_: next(answers))
    trunk, plan = quantize(net, blots(24), PLAN)
    added = plan.float_blocks[len(PLAN.float_blocks) :]
    told = capsys.readouterr().err
    assert len(added) == 2 and all(block in told for block in added)
    rounded = {block for block in blocks_of(net) for node in rounding(trunk) if within(node, block)}
    assert len(rounded) > 8 and not rounded & set(added)


def rounding(trunk):
    """What is rounded in a converted trunk: the results that a quantize takes."""
    taken = [
        node for node in trunk.graph.nodes if str(node.target).startswith("quantized_decomposed.quantize_per_tensor")
    ]
    return [node.all_input_nodes[0] for node in taken]


@pytest.mark.parametrize(("count", "judged"), [(1, 1), (3, 3), (40, 10), (3000, 200)])
def test_photos_that_judge_are_not_learned_from_unless_there_are_too_few(count, judged):
    first, second = mixed_precision.held_out(count, seed=0)
    assert len(first) == judged and (not set(first) & set(second) or count < 4)
    assert set(first) | set(second) == set(range(count))


def test_a_trunk_that_agrees_at_once_is_fine_tuned_once(net, monkeypatch):
    runs = []
    monkeypatch.setattr(mixed_precision, "fine_tune", lambda *a: runs.append(1) or fine_tune(*a))
    monkeypatch.setattr(mixed_precision, "grades_equal", lambda *_: 1.0)
    assert quantize(net, blots(24), PLAN)[1] == PLAN and len(runs) == 1


def test_a_trunk_without_rounding_agrees_wholly(net):
    photos = blots(24)
    prepared = fine_tune(net, photos.images, photos.labels, PLAN)
    for _, module in fake_quantisers(prepared):
        module.disable_fake_quant()
    assert grades_equal(net, prepared, photos.images) == 1
