"""Every loss against its formula in plain Python; what is not labelled counts for nothing; priors are kept straight."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import beta as beta_distribution

from training.attention import AttendedLoss
from training.attribute_losses import AttributeLosses, parse_losses
from training.attributes import KEYS
from training.grade_weights import class_balanced_weights, grade_counts, inverse_prior
from training.losses import LOSSES, NOT_LABELLED, masked_loss
from training.photo_set import SEED_COUNTS

COUNTS = np.array([SEED_COUNTS[key] for key in KEYS])
EMPTY_CLASS = (0, 30, 1500, 7, 1)


def softmax(z):
    raised = [math.exp(v - max(z)) for v in z]
    return [v / sum(raised) for v in raised]


def soft(target):
    return lambda z, y, n: -sum(t * math.log(p) for t, p in zip(target(y), softmax(z), strict=True))


def ranked(z, y, n):
    p = softmax(z)
    return -math.log(p[y]) + sum((sum(p[: k + 1]) - (y <= k)) ** 2 for k in range(4))


def class_balanced(y, n):
    raw = [(1 - 0.9999) / (1 - 0.9999**count) if count else 0 for count in n]
    return raw[y] * sum(count > 0 for count in n) / sum(raw)


def focal(z, y, n):
    p = softmax(z)[y]
    return -((1 - p) ** 2) * math.log(p)


def smoothed(y):
    return [0.92 if k == y else 0.02 for k in range(5)]


def neighbours(y):
    near = [0.9 if k == y else 0.05 if abs(k - y) == 1 else 0 for k in range(5)]
    return [v / sum(near) for v in near]


def beta_soft(y):
    p, q = ((1, 8), (6, 14), (12, 12), (14, 6), (8, 1))[y]  # the paper's parameters for five classes
    return [beta_distribution.cdf((k + 1) / 5, p, q) - beta_distribution.cdf(k / 5, p, q) for k in range(5)]


def adjusted(z, y, n):
    seen = [count or min(c for c in n if c) for count in n]
    return -math.log(softmax([v + math.log(c / sum(seen)) for v, c in zip(z, seen, strict=True)])[y])


REFERENCES = {
    "ranked": ranked,
    "cross_entropy": lambda z, y, n: -math.log(softmax(z)[y]),
    "label_smoothing": soft(smoothed),
    "focal": focal,
    "cb_softmax": lambda z, y, n: -class_balanced(y, n) * math.log(softmax(z)[y]),
    "cb_focal": lambda z, y, n: class_balanced(y, n) * focal(z, y, n),
    "neighbour": soft(neighbours),
    "logit_adjusted": adjusted,
    "beta_soft": soft(beta_soft),
    "seed_softmax_cross_entropy": lambda z, y, n: -math.log(softmax(softmax(z))[y]),
}


def batch(size: int = 12):
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(size, 5, 5, generator=generator, dtype=torch.float64)
    return logits.requires_grad_(), torch.randint(-1, 5, (size, 5), generator=generator)


def expected(names, logits, labels, counts):
    each = [
        REFERENCES[names[key]](logits[i, a].tolist(), int(labels[i, a]), counts[a])
        for i in range(len(labels))
        for a, key in enumerate(KEYS)
        if labels[i, a] != NOT_LABELLED
    ]
    return sum(each) / len(each)


def test_every_loss_has_a_reference():
    assert set(REFERENCES) == set(LOSSES)


@pytest.mark.parametrize("counts", [COUNTS, np.array([EMPTY_CLASS] * 5)], ids=["seed counts", "an empty class"])
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_equals_its_formula(name, counts):
    logits, labels = batch()
    found = AttendedLoss(AttributeLosses(name, counts), 0)(logits, labels).item()
    assert found == pytest.approx(expected(dict.fromkeys(KEYS, name), logits, labels, counts), rel=1e-7)


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_finite_and_zero_where_nothing_is_labelled(name):
    logits, labels = batch()
    AttendedLoss(AttributeLosses(name, COUNTS), 0)(logits, labels).backward()
    labelled = labels != NOT_LABELLED
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad[~labelled] == 0).all()
    assert (logits.grad[labelled].abs().sum(-1) > 0).all()


@pytest.mark.parametrize("name", LOSSES)
def test_sure_logits_in_single_precision_give_finite_gradients(name):
    logits = (60 * torch.eye(5)[[4, 0, 2]])[:, None].repeat(1, 5, 1).requires_grad_()
    AttendedLoss(AttributeLosses(name, COUNTS), 0)(logits, torch.tensor([[0], [0], [-1]]).expand(3, 5)).backward()
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("name", LOSSES)
def test_a_batch_without_labels_costs_nothing_and_can_be_learned_from(name):
    logits, labels = batch()
    loss = AttendedLoss(AttributeLosses(name, COUNTS), 0)(logits, torch.full_like(labels, NOT_LABELLED))
    loss.backward()
    assert loss.item() == 0 and (logits.grad == 0).all()


def test_ranked_for_all_attributes_is_the_default_loss():
    for size in (1, 12, 301):
        logits, labels = batch(size)
        found = AttendedLoss(AttributeLosses("ranked", COUNTS), 0)(logits, labels).item()
        assert found == pytest.approx(masked_loss(logits, labels).item(), rel=1e-12)


def test_attributes_with_losses_of_their_own_are_averaged_over_all_labelled_entries():
    names = parse_losses("oil=focal,hydration=neighbour,wrinkle=cb_softmax,sensitivity=logit_adjusted")
    logits, labels = batch()
    assert names["pigmentation"] == "ranked"
    assert AttendedLoss(AttributeLosses(names, COUNTS), 0)(logits, labels).item() == pytest.approx(
        expected(names, logits, labels, COUNTS), rel=1e-6
    )


@pytest.mark.parametrize("name", ["ranked", "cross_entropy", "cb_softmax", "logit_adjusted"])
def test_a_network_that_sees_nothing_learns_the_stated_prior(name):
    labels = torch.tensor([0] * 2 + [1] * 9 + [2] * 6 + [3] * 4 + [4])[:, None].repeat(1, 5)
    losses = AttributeLosses(name, grade_counts(labels.numpy()))
    answer = torch.tensor(np.log(losses.prior())).requires_grad_()
    AttendedLoss(losses, 0)(answer.expand(len(labels), 5, 5), labels).backward()
    assert answer.grad.abs().max() < 1e-9


def test_losses_that_correct_the_prior_leave_a_nearly_even_one_and_say_so():
    correcting = {name for name, loss in LOSSES.items() if loss.corrects_prior}
    assert correcting == {"cb_softmax", "cb_focal", "logit_adjusted"}
    for name in LOSSES:
        prior = AttributeLosses(name, COUNTS).prior()
        assert prior.sum(1) == pytest.approx(1)
        assert (prior.max() < 0.25) == (name in correcting)


def test_an_attribute_without_labels_has_an_even_prior():
    for name in LOSSES:
        assert np.array_equal(AttributeLosses(name, np.zeros((5, 5))).prior(), np.full((5, 5), 0.2))


def test_an_empty_class_gets_no_class_balanced_weight_and_the_others_keep_a_mean_of_one():
    weights = class_balanced_weights(np.array(EMPTY_CLASS, float))
    assert weights[0] == 0
    assert weights[1:].mean() == pytest.approx(1)


def test_the_prior_is_corrected_alike_for_counts_and_for_shares():
    assert inverse_prior(COUNTS[0] / 1000) == pytest.approx(inverse_prior(COUNTS[0].astype(float)))


def test_the_seeds_double_softmax_stays_dear_however_sure_the_network_is():
    sure = (1000 * torch.eye(5))[:, None].repeat(1, 5, 1)
    labels = torch.arange(5)[:, None].repeat(1, 5)
    floor = math.log(1 + 4 / math.e)
    assert AttendedLoss(AttributeLosses("seed_softmax_cross_entropy", COUNTS), 0)(sure, labels).item() == pytest.approx(
        floor
    )
    assert AttendedLoss(AttributeLosses("cross_entropy", COUNTS), 0)(sure, labels).item() == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [("focl", "'focl' is no loss; choose one of ranked, "), ("oil=x", "'x' is no loss"), ("oli=focal", "got .*oli")],
)
def test_unknown_losses_and_attributes_are_named(text, message):
    with pytest.raises(ValueError, match=message):
        parse_losses(text)


def test_a_missing_attribute_and_counts_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="each of oil"):
        AttributeLosses({"oil": "focal"}, COUNTS)
    with pytest.raises(ValueError, match="5x5 numbers of photos"):
        AttributeLosses("focal", COUNTS[0])
