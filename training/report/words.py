"""Figures and names as people read them; a dash where there is no figure."""

from collections.abc import Sequence

from training.attributes import Attribute
from training.metrics import text

Interval = Sequence[float | None] | None


def number(value: float | None, digits: int = 3) -> str:
    """`0.804`; never a negative zero."""
    return text(None if value is None else round(value, digits) + 0.0, digits)


def percent(share: float | None, digits: int = 1) -> str:
    """`81.4 %` of a share of 0..1."""
    return "-" if share is None else f"{100 * share:.{digits}f} %"


def ends(interval: Interval, digits: int = 3) -> str:
    """`0.796 to 0.813`."""
    return "-" if interval is None or None in interval else " to ".join(number(end, digits) for end in interval)


def percent_ends(interval: Interval) -> str:
    """`79.6 to 81.3 %`."""
    return "-" if interval is None or None in interval else f"{ends([100 * (end or 0) for end in interval], 1)} %"


def spread(values: Sequence[float], digits: int = 3) -> str:
    """The least and the most of some figures, or the one that both are."""
    return " to ".join(dict.fromkeys(number(end, digits) for end in (min(values), max(values))))


def percent_spread(shares: Sequence[float]) -> str:
    """The least and the most of some shares, in percent."""
    return f"{spread([100 * share for share in shares], 1)} %"


def listed(these: Sequence[Attribute]) -> str:
    """`oil, hydration and wrinkles`."""
    *most, last = [one.en.lower() for one in these]
    return f"{', '.join(most)} and {last}" if most else last
