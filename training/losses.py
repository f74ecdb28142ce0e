"""The masked loss: only labelled attributes count.

Cross-entropy plus the ranked probability score. Both are proper, and the second knows that grades are ordered
(Epstein, J. Appl. Meteorol. 1969), so a miss by three costs more than a miss by one.
"""

import torch
from torch import Tensor
from torch.nn import functional

from training.attributes import GRADES

NOT_LABELLED = -1


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean loss over the labelled entries of labels (B,5), grades 0..4 or -1, for logits (B,5,5); 0 if none is."""
    labelled = labels != NOT_LABELLED
    chosen, truth = logits[labelled], labels[labelled]
    if truth.numel() == 0:
        return logits.sum() * 0
    return functional.cross_entropy(chosen, truth) + ranked_probability_score(chosen, truth)


def ranked_probability_score(logits: Tensor, truth: Tensor) -> Tensor:
    """Mean over photos of sum_k (CDF_k - [truth <= k])^2, for logits (M,5) and grades (M,)."""
    cdf = torch.softmax(logits, -1).cumsum(-1)[:, :-1]
    reached = truth[:, None] <= torch.arange(GRADES - 1, device=truth.device)
    return ((cdf - reached.to(cdf.dtype)) ** 2).sum(-1).mean()
