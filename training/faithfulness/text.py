"""The figures of `training.faithfulness` as text for people."""

from collections.abc import Iterable, Iterator
from typing import Any

from training.faithfulness import energy, randomise
from training.metrics import text

Row = tuple[Any, ...]
JUDGED_ROW = "judged"  # degree 2 to 4 together


def tables(figures: dict[str, Any]) -> str:
    """One table per question, and what holds."""
    head = f"{figures['grader']}: maps of {figures['map_side']} x {figures['map_side']}, {figures['photos']} photos"
    parts = [
        energy_table(figures["energy"]),
        pointing_table(figures["pointing"]),
        randomisation_table(figures["randomisation"]),
        deletion_table(figures["deletion"]),
        twin_table(figures["twins"]),
        "\n".join(f"{name:24} {'holds' if held else 'does not hold'}" for name, held in figures["checks"].items()),
    ]
    return "\n\n".join([f"{head}, {figures['probed']} of them also changed", *parts])


def energy_table(figures: dict[str, Any]) -> str:
    """Energy in mask per attribute and grade."""
    title = (
        "Energy in mask, in multiples of chance; of perfect = (r-1)/(r perfect-1), judged at degree 2 to 4, each:"
        f" {energy.BAR} and above the centre prior"
    )
    names = ("n", "n_empty", "mask_area", "ratio", "ratio_perfect", "ratio_centre", "share_of_perfect", "ci95")
    headings = ("attribute", "grade", "n", "empty", "area", "r", "r perfect", "r centre", "of perfect", "95 % interval")
    return grid(title, headings, _by_grade(figures, names))


def pointing_table(figures: dict[str, Any]) -> str:
    """Hit rates per attribute and grade."""
    names = ("n", "chance", "hits_centre", "hits", "hits_perfect")
    headings = ("attribute", "grade", "n", "chance", "centre", "hits", "perfect")
    return grid("Pointing game: does the strongest place lie on the sign?", headings, _by_grade(figures, names))


def randomisation_table(figures: dict[str, Any] | None) -> str:
    """Rank correlations by depth."""
    if figures is None:
        return "Randomised layers: not run, because the network of an exported file cannot be re-initialised"
    title = (
        f"Maps after re-initialising layers: rank correlation with those before, wanted under {randomise.BAR} (head)"
    )
    rows = [(row["down_to"], row["rank_correlation"], row["rank_correlation_abs"]) for row in figures["depths"]]
    return grid(title, ("down to", "mean", "mean of |.|"), rows)


def deletion_table(figures: dict[str, Any]) -> str:
    """Areas between the curves per attribute."""
    title = "Deletion: how many grades more the expected grade falls, on average over the curve, than in a random order"
    names = ("n", "area_between", "ci95", "area_between_truth")
    rows = [(key, *(one.get(name) for name in names)) for key, one in figures.items()]
    return grid(title, ("attribute", "n", "by map", "95 % interval", "by truth"), rows)


def twin_table(figures: dict[str, Any]) -> str:
    """Responses and leakage per changed attribute."""
    title = "Twins: moves of the expected grade per grade step, and where the map changes, in multiples of chance"
    names = ("n", "response_per_step", "ci95", "leakage_per_step")
    where = ("map_change_inside", "changed_area", "map_change_ratio", "map_change_ratio_perfect")
    headings = ("changed", "n", "own", "95 % interval", "others", "inside", "area", "r", "r perfect")
    return grid(title, headings, [(key, *(one[name] for name in names + where)) for key, one in figures.items()])


def grid(title: str, headings: Row, rows: Iterable[Row]) -> str:
    """A title and columns, the first aligned to the left."""
    cells = [headings, *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    lines = ["  ".join([f"{row[0]:{widths[0]}}", *map(str.rjust, row[1:], widths[1:])]) for row in cells]
    return "\n".join([title, *lines])


def _by_grade(figures: dict[str, Any], names: tuple[str, ...]) -> Iterator[Row]:
    for key, one in figures.items():
        for grade, row in ((JUDGED_ROW, one["judged"]), *one["grades"].items()):
            yield key, grade, *(row.get(name) for name in names)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " .. ".join(map(text, value))
    return text(value) if value is None or isinstance(value, float) else str(value)
