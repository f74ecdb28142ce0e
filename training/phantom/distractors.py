"""What must not fool a grader: make-up, the edge of a shadow, lamp glare on skin of any oiliness, hair.

Each has a random stream of its own and is drawn without regard to the grades. They may hide a sign or look like
one; the grade stays what was measured on the sign's map.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from training.phantom.fields import Field, fbm, union_curve
from training.phantom.render import Skin

FREQUENCY = 0.25  # of each distractor, independently
KINDS = ("makeup", "shadow", "glare", "hair")


@dataclass(frozen=True)
class Distractors:
    """Strength maps, n x n, 0..1; all zero where a distractor is absent. `glare` is radiance of white light."""

    makeup: Field
    shadow: Field
    glare: Field
    hair: Field

    def cover(self, skin: Skin) -> Skin:
        """Skin under foundation: chromophores evened towards their means."""
        if not self.makeup.any():
            return skin
        melanin, blood = (_evened(share, self.makeup) for share in (skin.melanin, skin.blood))
        return replace(skin, melanin=melanin, blood=blood)

    def fall_on(self, radiance: Field) -> Field:
        """Radiance (n,n,3) with shadow, glare and hair in front of it."""
        lit = radiance * (1 - self.shadow)[..., None] + self.glare[..., None]
        return lit * (1 - self.hair[..., None] * np.array((0.88, 0.92, 0.95), np.float32))


def draw_distractors(streams: Callable[[str], Generator], n: int) -> Distractors:
    """Distractors of one photo; `streams(kind)` is the random stream of one of `KINDS`."""
    draw = {"makeup": _makeup, "shadow": _shadow, "glare": _glare, "hair": _hair}
    fields = {}
    for kind in KINDS:
        rng = streams(kind)
        present = rng.random() < FREQUENCY
        fields[kind] = draw[kind](rng, n) if present else np.zeros((n, n), np.float32)
    return Distractors(**fields)


def _evened(share: Field, strength: Field) -> Field:
    return np.exp((1 - strength) * np.log(share) + strength * np.log(share.mean())).astype(np.float32)


def _makeup(rng: Generator, n: int) -> Field:
    """A patchy layer that hides up to 40 % of the contrast."""
    return (rng.uniform(0.15, 0.4) * np.clip(0.7 + 0.5 * fbm(rng, n, 30), 0, 1)).astype(np.float32)


def _shadow(rng: Generator, n: int) -> Field:
    """A half plane 20 to 50 % darker, its edge 3 to 24 px of a 256 px patch wide."""
    angle, place = rng.uniform(0, 2 * np.pi), rng.uniform(-0.3, 0.3)
    softness = rng.uniform(3, 24) / 256
    distance = _across(n, angle) - place
    return (rng.uniform(0.2, 0.5) * expit(4 * distance / softness)).astype(np.float32)


def _glare(rng: Generator, n: int) -> Field:
    """A smooth reflection of a lamp, without the relief that shows in the gloss of a sebum film."""
    angle, sigma, ratio = rng.uniform(0, np.pi), rng.uniform(0.08, 0.22), rng.uniform(0.5, 1)
    shift = rng.uniform(-0.4, 0.4, 2)
    along, across = _across(n, angle) - shift[0], _across(n, angle + np.pi / 2) - shift[1]
    spread = (along / sigma) ** 2 + (across / sigma / ratio) ** 2
    return (rng.uniform(0.08, 0.35) * np.exp(-0.5 * spread)).astype(np.float32)


def _hair(rng: Generator, n: int) -> Field:
    """One to five dark strands, thinner and evener than wrinkles, in front of the skin."""
    field = np.zeros((n, n), np.float32)
    common = rng.uniform(0, np.pi)
    for _ in range(int(rng.integers(1, 6))):
        length, width = rng.uniform(140, 360), rng.uniform(0.45, 0.8)
        union_curve(field, rng, length, common + rng.normal(0, 0.25), width, rng.uniform(0.5, 0.9))
    return field


def _across(n: int, angle: float) -> Field:
    """Signed distance along direction `angle` from the centre, -0.7..0.7."""
    axis = (np.arange(n, dtype=np.float32) + 0.5) / n - 0.5
    return (np.cos(angle) * axis[None, :] + np.sin(angle) * axis[:, None]).astype(np.float32)
