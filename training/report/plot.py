"""A line plot as numbers: where data land on the canvas and where the ticks are. `macros.html` draws it as SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 40, 10, 24, 34  # margins in units of the canvas
TICKS = 5  # at most, on one axis

Span = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A named line; `style` is a class of the style sheet."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    style: str = "first"


@dataclass(frozen=True)
class Dot:
    """A dot with a radius in units of the canvas."""

    x: float
    y: float
    radius: float
    name: str


@dataclass(frozen=True)
class Band:
    """A named part of the x axis."""

    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Plot:
    """What to draw; `title` is what a screen reader says."""

    title: str
    x_name: str
    y_name: str
    x: Span
    y: Span
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    bands: tuple[Band, ...] = ()
    width: int = 340
    height: int = 220

    def across(self, x: float) -> float:
        """Canvas place of a value of x."""
        return round(LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.width - LEFT - RIGHT), 1)

    def down(self, y: float) -> float:
        """Canvas place of a value of y."""
        return round(TOP + (self.y[1] - y) / (self.y[1] - self.y[0]) * (self.height - TOP - BOTTOM), 1)

    def path(self, line: Line) -> str:
        """The points of a polyline."""
        return " ".join(f"{self.across(x)},{self.down(y)}" for x, y in zip(line.xs, line.ys, strict=True))

    @property
    def x_ticks(self) -> list[tuple[float, str]]:
        """Places and labels on the x axis."""
        return [(self.across(value), label) for value, label in ticks(self.x)]

    @property
    def y_ticks(self) -> list[tuple[float, str]]:
        """Places and labels on the y axis."""
        return [(self.down(value), label) for value, label in ticks(self.y)]


def ticks(span: Span) -> list[tuple[float, str]]:
    """Round values inside a span, and their labels."""
    rough = (span[1] - span[0]) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(span[0] / step - 1e-9), math.floor(span[1] / step + 1e-9)
    return [(k * step, f"{k * step:,.{digits}f}") for k in range(first, last + 1)]


def around(values: Sequence[float]) -> Span:
    """A span that holds these values with some room, and is never empty."""
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room
