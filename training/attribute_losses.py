"""One loss for all attributes or one for each, and what it makes of a whole training set; only labels count."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from training.attributes import GRADES, KEYS
from training.grade_weights import Floats
from training.losses import LOSSES, NOT_LABELLED

RARE = 1e-6  # the least prior of a grade whose logarithm is taken


def parse_losses(text: str) -> dict[str, str]:
    """`focal` or `oil=focal,wrinkle=neighbour` -> the loss of each attribute; those not named take `ranked`.

    Raises ValueError naming what is unknown.
    """
    if "=" not in text:
        return _for_each_key(text)
    pairs = [item.partition("=")[::2] for item in text.split(",")]
    return _for_each_key({**dict.fromkeys(KEYS, "ranked"), **{key.strip(): name.strip() for key, name in pairs}})


class AttributeLosses:
    """The mean loss of each attribute over its labels, with a loss by name for all attributes or for each.

    `names` is a name in `LOSSES` or {attribute key: name}; `counts` (5,5) are the photos of each attribute's grades in
    the whole training set (`grade_weights.grade_counts`). Raises ValueError for what is unknown or missing.
    """

    def __init__(self, names: str | Mapping[str, str], counts: ArrayLike) -> None:
        self.names = _for_each_key(names)
        photos = np.asarray(counts, np.float64)
        if photos.shape != (len(KEYS), GRADES) or not (photos >= 0).all():
            raise ValueError(f"counts must be {len(KEYS)}x{GRADES} numbers of photos, 0 or more")
        rows = [LOSSES[self.names[key]].weights(n) for key, n in zip(KEYS, photos, strict=True)]
        self._photos, self._weights = photos, np.stack(rows)

    def each(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The mean loss (5,) of each attribute, 0 where a batch has no label of it."""
        weights = torch.as_tensor(self._weights).to(logits)
        return torch.stack([self._of(key, logits[:, a], labels[:, a], weights[a]) for a, key in enumerate(KEYS)])

    def _of(self, key: str, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        labelled = labels != NOT_LABELLED
        if not labelled.any():
            return logits.sum() * 0
        chosen = logits[labelled]
        return LOSSES[self.names[key]].mean(chosen, labels[labelled], weights.expand_as(chosen))

    def of_constant(self) -> Tensor:
        """What answering the prior to every photo of the training set loses, (5,); 0 for an attribute without one."""
        answer = torch.as_tensor(self.prior()).clamp(min=RARE).log()[None]
        losses = torch.stack([self.each(answer, torch.full((1, len(KEYS)), grade)) for grade in range(GRADES)], 1)
        photos = torch.as_tensor(self._photos)
        return (losses * photos).sum(1) / photos.sum(1).clamp(min=1)

    def prior(self) -> Floats:
        """Prior over grades (5,5) in the trained probabilities: shares of counts times weights; uniform if no label."""
        mass = self._photos * self._weights
        sums = mass.sum(1, keepdims=True)
        return np.divide(mass, sums, out=np.full_like(mass, 1 / GRADES), where=sums > 0)


def _for_each_key(names: str | Mapping[str, str]) -> dict[str, str]:
    named = dict.fromkeys(KEYS, names) if isinstance(names, str) else dict(names)
    if set(named) != set(KEYS):
        raise ValueError(f"each of {', '.join(KEYS)} takes one loss, and nothing else does; got {', '.join(named)}")
    for name in named.values():
        if name not in LOSSES:
            raise ValueError(f"'{name}' is no loss; choose one of {', '.join(LOSSES)}")
    return named
