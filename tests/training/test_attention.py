"""What has been learned least is taught most; without a preference the loss is that of all labels alike."""

import numpy as np
import pytest
import torch

from training.attention import AttendedLoss, Attention
from training.attribute_losses import AttributeLosses
from training.losses import LOSSES, NOT_LABELLED
from training.photo_set import SEED_COUNTS

COUNTS = np.array(list(SEED_COUNTS.values()))


def batch(size: int = 12) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(size)
    labels = torch.randint(0, 5, (size, 5))
    labels[torch.rand(size, 5) < 0.3] = NOT_LABELLED
    return torch.randn(size, 5, 5, dtype=torch.float64, requires_grad=True), labels


def test_most_attention_goes_to_what_is_learned_least():
    attention = Attention()
    behind = torch.tensor([0.2, 0.2, 0.9, 0.2, 0.2])
    for _ in range(200):
        shares = attention(behind, torch.ones(5))
    assert shares.sum() == pytest.approx(1) and shares.argmax() == 2 and shares[2] > 5 * shares[0]


def test_a_constant_answer_counts_as_unlearned_whatever_the_loss_is_worth():
    attention, worth = Attention(), torch.tensor([4.0, 2.0, 1.0, 0.5, 0.25])
    for _ in range(200):
        shares = attention(worth, worth)
    assert torch.allclose(shares, torch.full((5,), 0.2), atol=1e-3)


def test_a_record_stands_still_where_a_batch_has_no_label_and_outside_training():
    attention, known = Attention(), torch.tensor([True, False, True, True, True])
    attention(torch.full((5,), 0.5), torch.ones(5), known)
    assert attention.own[1] == 1 and (attention.own[known] < 1).all()
    before = attention.own.clone()
    attention.eval()(torch.zeros(5), torch.ones(5))
    assert torch.equal(attention.own, before)


@pytest.mark.parametrize("name", LOSSES)
def test_without_a_preference_every_label_counts_alike(name):
    logits, labels = batch()
    losses = AttributeLosses(name, COUNTS)
    found, count = AttendedLoss(losses, 0)(logits, labels), (labels != NOT_LABELLED).sum(0)
    assert found.item() == pytest.approx(((losses.each(logits, labels) * count).sum() / count.sum()).item(), rel=1e-9)


def test_an_attribute_alone_is_learned_as_if_there_were_no_attention():
    logits, labels = batch()
    labels[:, 1:] = NOT_LABELLED
    losses = AttributeLosses("ranked", COUNTS)
    attended = AttendedLoss(losses, 20)
    for _ in range(5):
        found = attended(logits, labels)
    assert found.item() == pytest.approx(losses.each(logits, labels)[0].item(), rel=1e-5)


def test_an_attribute_that_is_known_already_gives_its_share_to_the_others():
    logits, labels = batch(64)
    with torch.no_grad():
        logits[:, 0] = 8 * torch.eye(5, dtype=torch.float64)[labels[:, 0].clamp(min=0)]
    attended = AttendedLoss(AttributeLosses("ranked", COUNTS))
    for _ in range(100):
        loss = attended(logits, labels)
    loss.backward()
    _, *others = attended.losses.each(logits, labels)
    assert loss > sum(others) / 5 * 1.1


def test_a_batch_without_labels_costs_nothing_and_can_be_learned_from():
    logits, labels = batch()
    loss = AttendedLoss(AttributeLosses("ranked", COUNTS))(logits, torch.full_like(labels, NOT_LABELLED))
    loss.backward()
    assert loss.item() == 0 and (logits.grad == 0).all()


@pytest.mark.parametrize("name", ["ranked", "cross_entropy", "cb_softmax"])
def test_the_loss_of_a_constant_answer_is_the_least_that_one_can_reach(name):
    losses = AttributeLosses(name, COUNTS)
    least = losses.of_constant()
    rng = np.random.default_rng(0)
    for _ in range(20):
        other = torch.tensor(np.log(losses.prior()) + rng.normal(0, 0.1, (5, 5)))[None]
        each = torch.stack([losses.each(other, torch.full((1, 5), grade)) for grade in range(5)], 1)
        assert ((each * torch.tensor(COUNTS)).sum(1) / torch.tensor(COUNTS).sum(1) >= least - 1e-9).all()


def test_an_attribute_with_one_grade_takes_nothing_from_the_others():
    counts = COUNTS.copy()
    counts[0] = (0, 0, 500, 0, 0)
    attended = AttendedLoss(AttributeLosses("ranked", counts))
    logits, labels = batch(64)
    labels[:, 0] = 2
    with torch.no_grad():
        logits[:, 0] = torch.tensor([0.0, 0, 20, 0, 0])
    for _ in range(200):
        attended(logits, labels)
    shares = attended.attention.eval()(torch.ones(5), torch.ones(5))
    assert shares[0] < shares[1:].min() / 10


def test_less_than_no_attention_is_refused():
    with pytest.raises(ValueError, match="give 0 or more"):
        Attention(-1)
