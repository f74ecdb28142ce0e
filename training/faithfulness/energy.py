"""Energy in mask: how much of what a map shows lies where the sign is, in multiples of chance.

The energy pointing game of Score-CAM (Wang et al., arXiv 1910.01279), divided by the share of the photo that the mask
covers, so that an even map scores 1. Coarse maps cannot score high on fine signs, so the bar is how much of the way
from chance to a perfect map of the same resolution is gone: (r - 1) / (r_perfect - 1).
"""

from typing import Any

import numpy as np

from training.faithfulness.intervals import interval
from training.faithfulness.places import JUDGED_DEGREES, Bools, Floats, Places, by_grade

BAR = 0.35  # of the way to a perfect map, in every judged degree, and above the centre prior


def energy_in_mask(maps: Floats, masks: Bools) -> Floats:
    """Energy ratios (N,) of maps (N,H,W) in masks (N,H,W): 1 is chance, NaN where a map or a mask is empty."""
    shown = np.maximum(maps, 0)
    inside, total = (shown * masks).sum((1, 2)), shown.sum((1, 2))
    area = masks.mean((1, 2))
    return np.divide(inside, total * area, out=np.full(len(maps), np.nan), where=(total > 0) & (area > 0))


def energy_report(where: Places, seed: int) -> dict[str, Any]:
    """Energy of one attribute, over judged degrees and per grade; `holds` where the bar does in each judged degree."""
    report = by_grade(where, lambda part: _summary(part, seed))
    judged = [report["grades"][str(g)] for g in np.unique(where.grades[np.isin(where.degrees, JUDGED_DEGREES)])]
    return report | {"holds": len(judged) == len(JUDGED_DEGREES) and all(map(_holds, judged))}


def share_of_perfect(ratio: Floats, perfect: Floats, axis: int = -1) -> Floats:
    """How much of the way from chance to perfect is gone, of ratios averaged over photos first."""
    return (ratio.mean(axis) - 1) / (perfect.mean(axis) - 1)


def _holds(row: dict[str, Any]) -> bool:
    return row["n"] > 0 and row["share_of_perfect"] >= BAR and row["ratio"] > row["ratio_centre"]


def _summary(part: Places, seed: int) -> dict[str, Any]:
    ratio, perfect, centre = (energy_in_mask(m, part.masks) for m in (part.maps, part.perfect, part.centre))
    shown = ~np.isnan(ratio)
    row: dict[str, Any] = {"n": int(shown.sum()), "n_empty": int((~shown).sum())}
    if not shown.any():
        return row
    ratio, perfect, centre = ratio[shown], perfect[shown], centre[shown]
    return row | {
        "mask_area": float(part.masks[shown].mean()),
        "ratio": float(ratio.mean()),
        "ratio_perfect": float(perfect.mean()),
        "ratio_centre": float(centre.mean()),
        "share_of_perfect": float(share_of_perfect(ratio, perfect)),
        "ci95": interval(share_of_perfect, ratio, perfect, seed=seed),
    }
