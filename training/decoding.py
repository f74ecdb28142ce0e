"""From logits to answers: probabilities, balanced grade, expected grade, and the set of plausible grades.

The metric of record averages over true grades, so its Bayes answer divides the posterior by the training prior:
q = softmax(z / T - log max(prior, floor)), utilities = R q, balanced grade = argmax. `probabilities`, the most
likely grade and the expected grade keep the prior. (Menon et al., arXiv 2007.07314, for the prior correction.)
"""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from training.attributes import ATTRIBUTES, GRADES

Floats = NDArray[np.floating]
Prior = tuple[tuple[float, ...], ...]  # attribute by grade

REWARD_BY_DISTANCE = (1.0, 0.5, -0.5, -1.0, -1.5)
# REWARD[true, answered]
REWARD = np.array([[REWARD_BY_DISTANCE[abs(y - k)] for k in range(GRADES)] for y in range(GRADES)])
COVERAGE = 0.9  # of the sets of plausible grades


@dataclass(frozen=True)
class Decoding:
    """What turns logits into answers: per attribute a temperature, a prior over grades and a conformal threshold."""

    temperature: tuple[float, ...] = (1.0,) * len(ATTRIBUTES)
    prior: Prior = ((1 / GRADES,) * GRADES,) * len(ATTRIBUTES)
    floor: float = 0.02  # below it a prior is not trusted: it would amplify logit errors
    conformal_q: tuple[float, ...] = (1.0,) * len(ATTRIBUTES)

    @classmethod
    def from_record(cls, record: dict) -> "Decoding":
        """Read the JSON form of a checkpoint or a bundle."""
        prior = tuple(tuple(row) for row in record["prior"])
        return cls(tuple(record["temperature"]), prior, record["floor"], tuple(record["conformal_q"]))

    def as_record(self) -> dict:
        return asdict(self)

    def log_prior(self) -> NDArray[np.float64]:
        """log max(prior, floor), attribute by grade."""
        return np.log(np.maximum(np.array(self.prior), self.floor))

    def probabilities(self, logits: Floats) -> NDArray[np.float64]:
        """Calibrated probabilities for logits (..., 5, 5)."""
        return softmax(self._scaled(logits))

    def utilities(self, logits: Floats) -> NDArray[np.float64]:
        """Expected P-Recall reward of answering each grade, for logits (..., 5, 5)."""
        return softmax(self._scaled(logits) - self.log_prior()) @ REWARD

    def _scaled(self, logits: Floats) -> NDArray[np.float64]:
        return np.asarray(logits, np.float64) / np.array(self.temperature)[:, None]


def softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax over the last axis."""
    raised = np.exp(values - values.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def expected_grade(probabilities: Floats) -> NDArray[np.float64]:
    """Mean grade, 0..4, of probabilities (..., 5)."""
    return np.asarray(probabilities, np.float64) @ np.arange(GRADES)


def ranked_probability_scores(probabilities: Floats) -> NDArray[np.float64]:
    """RPS of every possible true grade: sum_j (CDF_j - [y <= j])^2 over j = 0..3; (..., 5) -> (..., 5).

    As a nonconformity score it gives contiguous, median-centred sets (Haas et al., arXiv 2606.24959).
    """
    cdf = np.cumsum(np.asarray(probabilities, np.float64), -1)[..., None, :-1]
    below = np.arange(GRADES)[:, None] <= np.arange(GRADES - 1)[None, :]
    return ((cdf - below) ** 2).sum(-1)


def plausible_grades(probabilities: Floats, conformal_q: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lowest and highest plausible grade (..., A) for probabilities (..., A, 5); holds the most likely grade always."""
    inside = ranked_probability_scores(probabilities) <= np.asarray(conformal_q)[..., None]
    inside |= np.arange(GRADES) == np.argmax(probabilities, -1)[..., None]
    return inside.argmax(-1), GRADES - 1 - inside[..., ::-1].argmax(-1)
