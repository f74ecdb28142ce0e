"""The environment in which pages are filled: the report's own templates, macros, style and words."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from training.report import words

TEMPLATES = Path(__file__).parent / "templates"
FILTERS = ("number", "percent", "ends", "percent_ends", "spread", "percent_spread")


def environment(*more: Path) -> Environment:
    """For templates of the report, and of folders that use its parts."""
    found = Environment(
        loader=FileSystemLoader([*more, TEMPLATES]),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    found.filters |= {name: getattr(words, name) for name in FILTERS} | {"along": _along}
    return found


def _along(value: float, low: float, high: float) -> float:
    """Where a value lies between two ends, in percent of the way, never outside."""
    return round(100 * min(1.0, max(0.0, (value - low) / (high - low))), 1)
