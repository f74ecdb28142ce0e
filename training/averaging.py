"""The exponential average of a network's weights, which is graded and kept in the place of the last ones.

Polyak averaging as torch.optim.swa_utils has it; batch norms' statistics are averaged too, their counters copied.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


@torch.no_grad()
def average(kept: nn.Module, new: nn.Module, decay: float) -> None:
    """Move the values of `kept` towards those of `new`, by 1 - `decay` of the way."""
    floats = [_values(net, torch.is_floating_point) for net in (kept, new)]
    get_ema_multi_avg_fn(decay)(*floats, 0)
    counters = [_values(net, lambda value: not value.is_floating_point()) for net in (kept, new)]
    for old, value in zip(*counters, strict=True):
        old.copy_(value)


def _values(net: nn.Module, wanted: Callable[[Tensor], bool]) -> list[Tensor]:
    return [value for value in net.state_dict().values() if wanted(value)]
