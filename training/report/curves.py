"""The plots of a report: learning, reliability, deletion."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from training.attributes import Attribute
from training.report.plot import Band, Dot, Line, Plot, around
from training.report.run import Point

SMALLEST, LARGEST = 2.0, 9.0  # radius of a bin's dot without and with all photos


def learning_curves(points: Sequence[Point]) -> list[Plot]:
    """Loss and score over the images seen, with the stages marked."""
    images, bands = [point.images for point in points], tuple(stages(points))
    drawn = []
    for name, values in (("loss", [p.loss for p in points]), ("score", [p.score for p in points])):
        title = f"{name} over images seen, from {values[0]:.3f} to {values[-1]:.3f}"
        line, one = Line(name, images, values), [Dot(images[0], values[0], 3, name)] if len(points) == 1 else []
        x = (0.0, float(max(1, images[-1])))
        drawn.append(Plot(title, "images seen", name, x, around(values), (line,), tuple(one), bands))
    return drawn


def stages(points: Sequence[Point]) -> list[Band]:
    """The stages of a run, each from where the one before was last validated."""
    found: list[Band] = []
    for name, group in groupby(points, lambda point: point.stage):
        found.append(Band(name, found[-1].end if found else 0, max(point.images for point in group)))
    return found


def reliability_plot(attribute: Attribute, figures: dict[str, Any]) -> Plot:
    """How often the likeliest grade is what raters wrote, over how likely it was called."""
    bins = figures["calibration"]["rated"]["reliability"]
    total = sum(one["n"] for one in bins)
    dots = tuple(
        Dot(
            one["confidence"],
            one["accuracy"],
            round(SMALLEST + (LARGEST - SMALLEST) * (one["n"] / total) ** 0.5, 1),
            f"{one['n']} photos: called {one['confidence']:.2f} likely, right in {one['accuracy']:.2f}",
        )
        for one in bins
    )
    diagonal = Line("as likely as said", (0, 1), (0, 1), "plain")
    title = f"Reliability of {attribute.en.lower()}: {'; '.join(dot.name for dot in dots)}"
    return Plot(title, "said to be likely", "share right", (0, 1), (0, 1), (diagonal,), dots, width=260, height=250)


def deletion_plot(attribute: Attribute, figures: dict[str, Any]) -> Plot | None:
    """Falls of the expected grade while places are blurred away; None where no photo shows the sign."""
    if not figures["n"]:
        return None
    orders = (("map", "first"), ("random", "plain"), ("truth", "second"))
    shares = figures["share_blurred"]
    lines = tuple(Line(name, shares, figures[f"fall_{name}"], style) for name, style in orders)
    title = f"{attribute.en}: fall of the expected grade over the share of the photo blurred"
    heights = around([fall for line in lines for fall in line.ys])
    return Plot(title, "share blurred", "grades", (0, 1), heights, lines, width=260, height=190)
