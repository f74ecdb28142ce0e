"""Answers as text for people."""

from typing import Any

from .bundle import Bundle
from .scorer import Grading

DIRECTION = {"better": "more is better", "worse": "more is worse", "neutral": "neither good nor bad"}
FOOTER = "Cosmetic appearance only, no medical meaning; the reference model is not validated on people."


def grading_table(grading: Grading, bundle: Bundle) -> str:
    """The grades of one photo, with how sure and what they mean."""
    coverage = round(bundle.data["decoding"]["coverage"] * 100)
    rows = [("attribute", "grade", "range", "expected", "scale 0 .. 4", "")]
    for one, attribute in zip(grading.attributes, bundle.data["attributes"], strict=True):
        name = f"{attribute['en']} {attribute['ko']}"
        scale = f"{attribute['grade0']} .. {attribute['grade4']}"
        if not one.believed:
            rows.append((name, "-", "-", "-", scale, "not graded here"))
            continue
        span = f"{one.low}-{one.high}" if one.low < one.high else f"{one.low}"
        rows.append((name, str(one.grade), span, f"{one.expected:.1f}", scale, DIRECTION[attribute["more_is"]]))
    lines = [_line(row) for row in rows]
    lines.append(
        f"On photos like those it learned from, ranges hold the true grade in {coverage} of 100; elsewhere they promise"
        " nothing. Hydration is the least reliable from a photo."
    )
    lines += [f"Take another photo: {sentence}." for sentence in grading.advice]
    return "\n".join([*lines, FOOTER])


def _line(row: tuple[str, ...]) -> str:
    name, grade, span, expected, scale, meaning = row
    # Hangul is two columns wide in a terminal.
    pad = 22 - len(name) - sum("가" <= letter <= "힣" for letter in name)
    return f"{name}{' ' * pad}{grade:>5} {span:>6} {expected:>9}  {scale:36} {meaning}".rstrip()


def history_table(records: list[dict[str, Any]], notes: dict[str, str]) -> str:
    """One line per score: when, where, grades, model, note; and one where another model took over."""
    if not records:
        return "No scores yet: grade a photo with `score PHOTO`."
    lines, before = [], records[0]["model"]
    for record in records:
        if record["model"] != before:
            before = record["model"]
            name = f"{before['name']} {before['version']}"
            lines.append(f"-- {name} grades from here on: a step may be the model's, not the skin's")
        grades = "  ".join(f"{key} {one['grade']}" for key, one in record["attributes"].items())
        note = f"  “{notes[record['id']]}”" if notes.get(record["id"]) else ""
        lines.append(f"{record['captured_at']}  {record['id']}  {grades}  [{record['model']['version']}]{note}")
    return "\n".join(lines)
