"""How long one photo takes beside the fp32 file of the same runtime, in one process and turn by turn."""

import time
from collections.abc import Sequence
from statistics import median

from torch import Tensor

from training.runtime import Runner

WARM, ROUNDS = 3, 15


def paired(first: Runner, second: Runner, image: Tensor, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median milliseconds of `first`, and the median over rounds of its time over that of `second` (A B A B …)."""
    for runner in (first, second) * WARM:
        runner(image)
    times = [(_milliseconds(first, image), _milliseconds(second, image)) for _ in range(rounds)]
    return median(a for a, _ in times), median(a / b for a, b in times)


def alone(runner: Runner, image: Tensor, rounds: int = ROUNDS) -> float:
    """Median milliseconds."""
    times: Sequence[float] = [_milliseconds(runner, image) for _ in range(WARM + rounds)]
    return median(times[WARM:])


def _milliseconds(runner: Runner, image: Tensor) -> float:
    start = time.perf_counter()
    runner(image)
    return (time.perf_counter() - start) * 1000
