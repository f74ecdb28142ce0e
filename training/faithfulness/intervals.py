"""Intervals of what is averaged over photos."""

from collections.abc import Callable

from scipy.stats import bootstrap

from training.bootstrap import RESAMPLES
from training.faithfulness.places import Floats


def interval(statistic: Callable[..., Floats], *samples: Floats, seed: int) -> list[float] | None:
    """95 % percentile interval of a figure of samples (N,) that belong together; None for fewer than two photos."""
    if len(samples[0]) < 2:
        return None
    drawn = bootstrap(samples, statistic, paired=True, method="percentile", n_resamples=RESAMPLES, rng=seed)
    return [float(end) for end in drawn.confidence_interval]
