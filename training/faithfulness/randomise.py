"""Adebayo's sanity check: maps must change when the network forgets (Adebayo et al., NeurIPS 2018, arXiv 1810.03292).

Layers are re-initialised from the head downwards, and the maps compared with those of the trained network by
Spearman's rank correlation, averaged over photos and draws. That finds a method whose maps do not hang on the weights.
It cannot find places that only change sign, because a random head points either way; so `rank_correlation_abs`, the
mean over draws of |mean over photos|, stands beside it without a bar: a network whose features hold the five signs
apart, and nothing else, would score E|c| = .375 there, c being one coordinate of a random direction among five.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from training.attributes import KEYS
from training.model import SkinNet
from training.runtime import map_correlations

BAR = 0.2  # of the rank correlation after re-initialising the head
DRAWS = 10  # networks re-initialised per depth
DEPTHS = 5  # how far down: the head, and the four layers or blocks above the rest

Maps = NDArray[np.floating]


def randomisation_report(net: SkinNet, maps_of: Callable[[SkinNet], Maps], seed: int) -> dict[str, Any]:
    """Rank correlations by depth; `maps_of(net)` gives the maps (N,5,h,w) of the photos that are compared."""
    trained = maps_of(net)
    names = [name for name, _ in top_down(net)][:DEPTHS]
    bar = tqdm(total=len(names) * DRAWS, desc="re-initialising", unit="network")
    rows = []
    for depth, name in enumerate(names, 1):
        found = []
        for draw in range(DRAWS):
            found.append(correlations(trained, maps_of(reinitialised(net, depth, seed + draw))))
            bar.update()
        rows.append({"down_to": name, **summary(np.stack(found))})
    bar.close()
    return {"depths": rows, "holds": abs(rows[0]["rank_correlation"]) < BAR}


def correlations(first: Maps, second: Maps) -> NDArray[np.float64]:
    """Mean rank correlation over the photos, per attribute (5,), of maps (N,5,h,w)."""
    return map_correlations(first, second).reshape(len(first), -1).mean(0)


def summary(found: NDArray[np.float64]) -> dict[str, Any]:
    """Figures of correlations (draws, 5)."""
    return {
        "rank_correlation": float(found.mean()),
        "rank_correlation_abs": float(np.abs(found).mean()),
        "attributes": dict(zip(KEYS, found.mean(0).tolist(), strict=True)),
    }


def reinitialised(net: SkinNet, depth: int, seed: int) -> SkinNet:
    """A copy whose `depth` topmost layers or blocks are drawn anew, each in its own default way."""
    fresh = copy.deepcopy(net)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _, parts in list(top_down(fresh))[:depth]:
            for part in parts:
                part.apply(_reset)
    return fresh.eval()


def top_down(net: SkinNet) -> Iterator[tuple[str, list[nn.Module]]]:
    """The head, then the trunk's layers and blocks from the last to the first, each with the norms that follow it."""
    yield "head", [net.head]
    waiting: list[nn.Module] = []
    for name, part in reversed(list(_parts(net.trunk))):
        waiting.append(part)
        if any(weight.ndim > 1 for weight in part.parameters()):
            yield name, waiting
            waiting = []


def _parts(trunk: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Children of the trunk, and in the place of a sequence its members."""
    for name, child in trunk.named_children():
        if isinstance(child, nn.Sequential | nn.ModuleList):
            yield from ((f"{name}.{place}", member) for place, member in child.named_children())
        else:
            yield name, child


def _reset(module: nn.Module) -> None:
    reset = getattr(module, "reset_parameters", None)
    if callable(reset):
        reset()
