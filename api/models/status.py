"""What is published, how often it was fetched, and which models people's recent scores were made with."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api import clock
from api.models import downloads, held
from api.models.errors import NotPublished
from api.tables import Record

DAY = 86_400  # s


def chosen(store: Path, text: str) -> held.Bundle:
    """The one bundle with this sequence, version or beginning of its hash. Raises `NotPublished`."""
    found = [b for b in held.held(store) if text in (str(b.data["sequence"]), b.data["version"])]
    found = found or [b for b in held.held(store) if len(text) >= 8 and b.sha256.startswith(text)]
    if len(found) != 1:
        what = "is no bundle here" if not found else f"is {len(found)} bundles"
        raise NotPublished(f"'{text}' {what}: see `python -m api.models list`")
    return found[0]


def listed(store: Path) -> list[dict[str, Any]]:
    """Every bundle, the newest first."""
    named = (held.channel(store) or {}).get("bundle_sha256")
    return [_row(bundle, named) for bundle in held.held(store)]


def _row(bundle: held.Bundle, named: str | None) -> dict[str, Any]:
    state = "withdrawn" if bundle.withdrawn else "in the channel" if bundle.sha256 == named else "held"
    size = sum(file.get("bytes", 0) for file in bundle.data["files"])
    return bundle.named | {"sha256": bundle.sha256, "state": state, "bytes": size}


def status(store: Path, days: int) -> dict[str, Any]:
    """The channel in force, downloads of each file, and the share of each model in the scores of the last `days`."""
    said, counted = held.channel(store), downloads.counted()
    bundles = [
        _row(b, (said or {}).get("bundle_sha256")) | {"downloads": _fetched(b, counted)} for b in held.held(store)
    ]
    scores = recent_scores(days)
    return {"channel": said and _channel(said), "bundles": bundles, "days": days, "scores": scores}


def _channel(said: dict[str, Any]) -> dict[str, Any]:
    expires = datetime.fromisoformat(said["expires_at"].replace("Z", "+00:00"))
    left = (expires - datetime.now(UTC)).total_seconds() / DAY
    names = ("channel", "sequence", "bundle_sha256", "rollout_pct", "rollback", "expires_at")
    return {name: said[name] for name in names} | {"days_left": round(left, 1)}


def _fetched(bundle: held.Bundle, counted: dict[str, int]) -> dict[str, int]:
    """Downloads of each file by its path; of a folder its largest part counts."""
    files = [max(file["parts"], key=lambda part: part["bytes"]) for file in bundle.data["files"]]
    return {part["path"]: counted.get(part["sha256"], 0) for part in files}


def recent_scores(days: int) -> list[dict[str, Any]]:
    """Models of the scores that arrived in the last `days`, the most used first, with their share of 0..1."""
    recent = (Record.received_at >= clock.now() - days * DAY) & ~Record.tombstone
    counts: Counter[tuple[str, str, int]] = Counter()
    for (body,) in Record.select(Record.body).where(recent).tuples().iterator():
        record = json.loads(body)
        if record["kind"] == "score":
            counts[tuple(record["model"][key] for key in held.NAMED)] += 1
    total = counts.total()
    return [
        {"name": name, "version": version, "sequence": sequence, "scores": n, "share": round(n / total, 4)}
        for (name, version, sequence), n in counts.most_common()
    ]


def listing_table(rows: list[dict[str, Any]]) -> str:
    """Bundles as text for people."""
    if not rows:
        return "nothing is published yet: python -m api.models publish BUNDLE"
    head = f"{'sequence':>8}  {'version':9} {'hash':12}  {'MB':>6}  state"
    lines = (
        f"{r['sequence']:>8}  {r['version']:9} {r['sha256'][:12]}  {r['bytes'] / 1e6:6.1f}  {r['state']}" for r in rows
    )
    return "\n".join([head, *lines])


def status_table(found: dict[str, Any]) -> str:
    """The status as text for people."""
    said = found["channel"]
    lines = ["no channel is in force"]
    if said:
        until = f"expires in {said['days_left']} days" if said["days_left"] > 0 else "EXPIRED: apps take nothing"
        share = f"{said['rollout_pct']} of 100 installs"
        lines = [f"channel {said['sequence']} offers {said['bundle_sha256'][:12]} to {share}, {until}"]
    lines += ["", listing_table(found["bundles"]), "", "downloads seen by this server (a CDN in front hides the rest)"]
    lines += [f"{n:>8}  {row['version']:9} {path}" for row in found["bundles"] for path, n in row["downloads"].items()]
    lines += ["", f"scores that arrived in the last {found['days']} days, by the model that graded them"]
    each = [f"{s['share']:>8.1%}  {s['version']:9} {s['name']} ({s['scores']})" for s in found["scores"]]
    return "\n".join([*lines, *(each or ["    none"])])
