"""How the grades and face parts of AI-Hub 71645 become ours: the mapping, written here once.

Instrument readings (`equipment`) are not used: moisture could not be told from photos by those who tried (r = .19),
and lip dryness, which is used, hardly (r = .21). Where a scale has more steps than ours it is rounded linearly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.attributes import KEYS, PARTS
from training.labels import NOT_LABELLED, Box, shown, whole

FAILED = "er"  # how a reading that failed is written, in either case


@dataclass(frozen=True)
class Rule:
    """Annotations whose name has this ending become this attribute; `grades` holds ours for each of theirs."""

    ending: str
    key: str
    grades: tuple[int, ...]


RULES = (
    Rule("_wrinkle", "wrinkle", (0, 1, 1, 2, 3, 3, 4)),
    Rule("_pigmentation", "pigmentation", (0, 1, 2, 2, 3, 4)),
    Rule("lip_dryness", "hydration", (4, 3, 2, 1, 0)),
)
NOT_MAPPED = {
    "oil": "nobody graded it",
    "sensitivity": "`info.sensitive` is people's own word, yes or no, not redness seen",
}
# Each face part, by its number, with ours as an index of PARTS. Brows and eyes count as centre, the part that carries
# labels for their wrinkles in the project that this one grew out of; its cheeks carry none.
FACEPARTS = (
    ("whole face", NOT_LABELLED),
    ("forehead", 1),
    ("between the brows", 2),
    ("eye, image left", 2),
    ("eye, image right", 2),
    ("cheek, image left", 0),
    ("cheek, image right", 0),
    ("lips", 3),
    ("chin", 3),
)


def parse_grades(annotations: Mapping[str, Any]) -> tuple[tuple[int, ...], int]:
    """Our grades in the order of `KEYS`, and how many readings failed. Raises ValueError that names the bad value."""
    found: dict[str, int] = {}
    failed = 0
    for name, value in annotations.items():
        rule = next((rule for rule in RULES if name.endswith(rule.ending)), None)
        if rule is None:
            continue
        if isinstance(value, str) and value.strip().lower() == FAILED:
            failed += 1
            continue
        theirs = whole(value, name, len(rule.grades))
        if theirs == NOT_LABELLED:
            continue
        if found.setdefault(rule.key, rule.grades[theirs]) != rule.grades[theirs]:
            raise ValueError(f"two grades for {rule.key}: keep one of {', '.join(annotations)}")
    return tuple(found.get(key, NOT_LABELLED) for key in KEYS), failed


def parse_box(value: Any) -> Box | None:
    """`[x1, y1, x2, y2]` in px; None where there is none. Raises ValueError that names the bad value."""
    if not value:
        return None
    try:
        left, top, right, bottom = (round(float(end)) for end in value)
    except (TypeError, ValueError, OverflowError):
        left = top = right = bottom = 0
    if left >= right or top >= bottom:
        raise ValueError(f"bbox is {shown(value)}; write [x1, y1, x2, y2] with x1 < x2 and y1 < y2, or null")
    return left, top, right, bottom


def mapping_table() -> str:
    """The mapping as text."""
    lines = [_row(f"*{rule.ending}", rule.key, " ".join(map(str, rule.grades))) for rule in RULES]
    lines += [_row("-", key, f"not labelled: {why}") for key, why in NOT_MAPPED.items()]
    lines += [_row(f"{n:02} {name}", PARTS[part], "") for n, (name, part) in enumerate(FACEPARTS) if part >= 0]
    return "\n".join([_row("AI-Hub", "ours", "our grade for their 0, 1, 2, …"), *lines])


def _row(theirs: str, ours: str, grades: str) -> str:
    return f"  {theirs:22} {ours:13} {grades}".rstrip()
