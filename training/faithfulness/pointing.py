"""The pointing game: does the strongest place of a map lie on the sign? (Zhang et al., arXiv 1608.00507.)

Chance is the share of the photo that the mask covers. Without the tolerance of 15 px of the original.
"""

from typing import Any

import numpy as np

from training.faithfulness.places import Bools, Floats, Places, by_grade

TIE = 1e-6  # of a map's largest magnitude: places this close to its maximum are equally strong


def hits(maps: Floats, masks: Bools) -> Floats:
    """1 where the strongest place of a map (N,H,W) lies in its mask, 0 where not; of several that tie, the share."""
    top = maps.max((1, 2), keepdims=True)
    strongest = maps >= top - TIE * np.abs(maps).max((1, 2), keepdims=True)
    return (strongest & masks).sum((1, 2)) / strongest.sum((1, 2))


def pointing_report(where: Places) -> dict[str, Any]:
    """Hit rates of one attribute, over judged degrees and per grade."""
    return by_grade(where, _summary)


def _summary(part: Places) -> dict[str, Any]:
    row: dict[str, Any] = {"n": len(part.grades)}
    if not row["n"]:
        return row
    rates = {"hits": part.maps, "hits_perfect": part.perfect, "hits_centre": part.centre}
    return row | {"chance": float(part.masks.mean())} | {k: float(hits(m, part.masks).mean()) for k, m in rates.items()}
