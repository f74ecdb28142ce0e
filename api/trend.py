"""One attribute over time: buckets by the local date written in `captured_at`, so no time-zone table is needed.

Whole numbers only, like the records: `expected_milli` is the expected grade in thousandths. Scores that deserve doubt
are counted with the rest and flagged in their bucket: those whose clock cannot be right, and those of a part that
their model never saw with labels in training. Where another model takes over, grades may step for that reason alone.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.models import graded_parts
from api.tables import Account, Record

DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
AHEAD = 86400  # s that a phone's clock may run before the server's


@dataclass(frozen=True)
class Asked:
    """Which scores, and how they are put together."""

    attribute: str
    part: int | None
    bucket: str
    since: str | None = None
    until: str | None = None

    def takes(self, score: dict[str, Any]) -> bool:
        """Whether a record belongs to what was asked."""
        if score["kind"] != "score" or self.attribute not in score["attributes"]:
            return False
        local = score["captured_at"][:10]
        inside = (self.since or "") <= local and (self.until is None or local <= self.until)
        return inside and self.part in (None, score["part"])


@dataclass(frozen=True)
class Point:
    """One score of the trend."""

    bucket: str
    captured_at: str
    instant: float
    expected_milli: int
    model: dict[str, Any]
    suspect_clock: bool
    not_learned: bool


def trend(account: Account, asked: Asked) -> dict[str, Any]:
    """The buckets in order of time, and where the model changed between two scores with a sound clock."""
    points = sorted(_points(account, asked), key=lambda point: point.instant)
    buckets: dict[str, list[Point]] = {}
    for point in points:
        buckets.setdefault(point.bucket, []).append(point)
    return {
        "attribute": asked.attribute,
        "part": asked.part,
        "bucket": asked.bucket,
        "buckets": [_summary(name, buckets[name]) for name in sorted(buckets)],
        "model_changes": _changes([point for point in points if not point.suspect_clock]),
    }


def bucket_of(captured_at: str, bucket: str) -> str:
    """`2026-05-04`, `2026-W19` or `2026-05`: the day, ISO week or month on the wall where the photo was taken."""
    local = captured_at[:10]
    if bucket == "week":
        year, week, _ = date.fromisoformat(local).isocalendar()
        return f"{year:04d}-W{week:02d}"
    return local if bucket == "day" else local[:7]


def is_suspect(instant: float, received_at: int) -> bool:
    """Whether a phone's clock cannot have been right: before 1970, or a day and more after the score arrived."""
    return not 0 <= instant <= received_at + AHEAD


def _points(account: Account, asked: Asked) -> Iterator[Point]:
    live = (Record.account == account) & ~Record.tombstone
    learned: dict[tuple[Any, ...], dict[str, list[int]] | None] = {}
    for body, received_at in Record.select(Record.body, Record.received_at).where(live).tuples().iterator():
        score = json.loads(body)
        if not asked.takes(score):
            continue
        model = tuple(score["model"].values())
        if model not in learned:
            learned[model] = graded_parts(score["model"])
        yield _point(score, received_at, asked, learned[model])


def _point(score: dict[str, Any], received_at: int, asked: Asked, learned: dict[str, list[int]] | None) -> Point:
    moment = score["captured_at"]
    instant = datetime.fromisoformat(moment).timestamp()
    return Point(
        bucket_of(moment, asked.bucket),
        moment,
        instant,
        score["attributes"][asked.attribute]["expected_milli"],
        score["model"],
        is_suspect(instant, received_at),
        learned is not None and score["part"] not in learned.get(asked.attribute, []),
    )


def _summary(name: str, points: list[Point]) -> dict[str, Any]:
    values = [point.expected_milli for point in points]
    mean = (2 * sum(values) + len(values)) // (2 * len(values))  # rounded, halves up
    return {
        "bucket": name,
        "count": len(values),
        "expected_milli": {"min": min(values), "mean": mean, "max": max(values)},
        "suspect_clock": sum(point.suspect_clock for point in points),
        "not_learned": sum(point.not_learned for point in points),
    }


def _changes(points: list[Point]) -> list[dict[str, Any]]:
    pairs = zip(points, points[1:], strict=False)
    return [
        {"captured_at": after.captured_at, "bucket": after.bucket, "from": before.model, "to": after.model}
        for before, after in pairs
        if before.model != after.model
    ]
