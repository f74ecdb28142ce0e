"""Losses by name; `training.attribute_losses` gives each attribute one.

`ranked` is the default recipe: cross-entropy plus the ranked probability score. Both are proper, and the second knows
that grades are ordered (Epstein, J. Appl. Meteorol. 1969), so a miss by three costs more than a miss by one.
Losses that weigh grades change the prior that the probabilities carry: decoding divides by `AttributeLosses.prior`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.attributes import GRADES
from training.grade_weights import Floats, class_balanced_weights, equal_weights, inverse_prior

NOT_LABELLED = -1


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean `ranked` loss over the labelled entries of labels (B,5), 0..4 or -1, for logits (B,5,5); 0 if none is."""
    labelled = labels != NOT_LABELLED
    chosen, truth = logits[labelled], labels[labelled]
    return ranked(chosen, truth) if truth.numel() else logits.sum() * 0


def ranked(logits: Tensor, truth: Tensor) -> Tensor:
    """Mean cross-entropy plus ranked probability score, for logits (M,5) and grades (M,)."""
    return functional.cross_entropy(logits, truth) + ranked_probability_score(logits, truth)


def ranked_probability_score(logits: Tensor, truth: Tensor) -> Tensor:
    """Mean over photos of sum_k (CDF_k - [truth <= k])^2, for logits (M,5) and grades (M,)."""
    cdf = torch.softmax(logits, -1).cumsum(-1)[:, :-1]
    reached = truth[:, None] <= torch.arange(GRADES - 1, device=truth.device)
    return ((cdf - reached.to(cdf.dtype)) ** 2).sum(-1).mean()


def each_cross_entropy(logits: Tensor, truth: Tensor) -> Tensor:
    """-log p of every true grade's softmax p, (M,)."""
    return functional.cross_entropy(logits, truth, reduction="none")


def each_focal(logits: Tensor, truth: Tensor, gamma: float = 2.0) -> Tensor:
    """(1 - p)^gamma * -log p of every true grade's softmax p, (M,) (Lin et al., arXiv 1708.02002)."""
    surprise = each_cross_entropy(logits, truth)
    return (1 - torch.exp(-surprise)) ** gamma * surprise


def soft_cross_entropy(logits: Tensor, truth: Tensor, rows: Floats) -> Tensor:
    """Mean cross-entropy to the target distributions rows[truth]."""
    return functional.cross_entropy(logits, torch.as_tensor(rows).to(logits)[truth])


@cache
def neighbour_rows() -> Floats:
    """Targets [.05 .9 .05] on a grade and its neighbours, of sum 1 at the ends too: the seed's masked smoothing."""
    rows = 0.9 * np.eye(GRADES) + 0.05 * (np.eye(GRADES, k=1) + np.eye(GRADES, k=-1))
    return rows / rows.sum(1, keepdims=True)


@cache
def beta_rows() -> Floats:
    """Targets with one peak, from beta distributions (Vargas et al., Pattern Recognition 122, 2022)."""
    from dlordinal.soft_labelling import get_beta_soft_labels

    return get_beta_soft_labels(GRADES)


@dataclass(frozen=True)
class Loss:
    """`mean(logits (M,5), grades (M,), weights (M,5))` over photos; `weights(counts (5,))` are the grades' own."""

    mean: Callable[[Tensor, Tensor, Tensor], Tensor]
    weights: Callable[[Floats], Floats] = equal_weights

    @property
    def corrects_prior(self) -> bool:
        """Whether the loss itself makes rare grades count more, so that decoding must not do it again."""
        return self.weights is not equal_weights


def _weighted(losses: Tensor, weights: Tensor, truth: Tensor) -> Tensor:
    return (weights.gather(1, truth[:, None]).squeeze(1) * losses).mean()


LOSSES: Mapping[str, Loss] = {
    "ranked": Loss(lambda z, y, _: ranked(z, y)),
    "cross_entropy": Loss(lambda z, y, _: functional.cross_entropy(z, y)),
    "label_smoothing": Loss(lambda z, y, _: functional.cross_entropy(z, y, label_smoothing=0.1)),
    "focal": Loss(lambda z, y, _: each_focal(z, y).mean()),
    "cb_softmax": Loss(lambda z, y, w: _weighted(each_cross_entropy(z, y), w, y), class_balanced_weights),
    # Over softmax probabilities, which decoding reads; the paper's own form has five sigmoids.
    "cb_focal": Loss(lambda z, y, w: _weighted(each_focal(z, y), w, y), class_balanced_weights),
    "neighbour": Loss(lambda z, y, _: soft_cross_entropy(z, y, neighbour_rows())),
    # Cross-entropy of logits + log prior: Menon et al., arXiv 2007.07314.
    "logit_adjusted": Loss(lambda z, y, w: functional.cross_entropy(z - w.log(), y), inverse_prior),
    "beta_soft": Loss(lambda z, y, _: soft_cross_entropy(z, y, beta_rows())),
    # The seed's defect, a softmax of probabilities, kept only so that its recipe can be run again.
    "seed_softmax_cross_entropy": Loss(lambda z, y, _: functional.cross_entropy(z.softmax(-1), y)),
}
