"""The conversations: what devices do and what happens on the server; `make.py` adds what is said and what must hold."""

from typing import Any

from tests.api import helpers
from tests.golden.stage import Step

PASSWORD, NEW = "a long password", "another long password"
ME = {"email": "me@example.org", "password": PASSWORD}
MODELS = [{"name": "skinscore", "version": f"1.{n}.0", "sequence": n} for n in (1, 2)]


def uuid(n: int) -> str:
    """An id that differs for every n."""
    return f"0190a000-0000-7000-8000-{n:012x}"


def score(n: int, moment: str = "2026-05-04T08:30:00+09:00", milli: int = 2000, **changes: Any) -> dict[str, Any]:
    """A valid score."""
    named = {"id": uuid(n), "captured_at": moment, "model": MODELS[0], "file_sha256": f"{n:064x}", "app": "golden 1"}
    made = helpers.score(n, **named)
    made["attributes"]["oil"]["expected_milli"] = milli
    return made | changes


def note(n: int, of: int, text: str) -> dict[str, Any]:
    """A note on a score."""
    return {"id": uuid(n), "kind": "note", "score_id": uuid(of), "text": text}


def sign_in(device: str, how: str = "login", **more: Any) -> Step:
    """Register, log in or recover, always the same person, who agrees to sync when registering."""
    agreed = {"consents": {"sync": 1}} if how == "register" else {}
    return {"device": device, "do": "sign_in", "how": how} | ME | agreed | more


def somebody(path: str, **body: Any) -> Step:
    """A request that none of the devices makes."""
    return {"somebody": path, "json": body}


def add(device: str, *made: dict[str, Any]) -> list[Step]:
    """Records made on a device."""
    return [{"device": device, "do": "add", "record": record} for record in made]


def do(device: str, what: str, **more: Any) -> Step:
    """Any other step of a device."""
    return {"device": device, "do": what} | more


TWO = [sign_in("phone", "register"), sign_in("tablet")]
SCRIPTS: dict[str, tuple[str, list[Step]]] = {
    "sync": (
        "What one device pushes the other pulls; a lost answer and a 304 change nothing; a guest's record joins",
        [
            *add("phone", score(1)),
            *TWO,
            *add("phone", score(2, part=3, app="살 \u0000 \U0001f642")),
            do("phone", "sync", lose=1),
            do("tablet", "sync"),
            do("tablet", "sync"),
            do("tablet", "delete", id=uuid(1)),
            do("tablet", "sync"),
            do("phone", "sync"),
        ],
    ),
    "conflict": (
        "Another body under a known id: the server's copy keeps the id, the device's own gets a new one",
        [
            *TWO,
            *add("phone", score(1)),
            do("phone", "sync"),
            *add("tablet", score(1, part=3)),
            do("tablet", "sync"),
            do("phone", "sync"),
            *add("phone", score(2, part=9), score(3)),
            do("phone", "sync"),
        ],
    ),
    "gone": (
        "410: the server came back from a backup; devices bring what it lacks, and a delete stays a delete",
        [
            *TWO,
            *add("phone", score(1), score(2)),
            do("phone", "sync"),
            do("tablet", "sync"),
            *add("tablet", score(3)),
            do("tablet", "delete", id=uuid(1)),
            do("tablet", "sync"),
            {"server": "restore", "seq": 1},
            do("phone", "sync"),
            do("tablet", "sync"),
            do("phone", "sync"),
        ],
    ),
    "paging": (
        "Pages of two; a record deleted on the way comes as a tombstone at its new place; cursors are opaque",
        [
            *TWO,
            *add("phone", *(score(n) for n in range(1, 6))),
            do("phone", "sync", limit=200),
            do("phone", "delete", id=uuid(2)),
            do("phone", "sync", limit=200),
            do("tablet", "sync", limit=2),
        ],
    ),
    "mismatch": (
        "Count and xor of the head differ from what is here: a full pull, and what the server lacks is sent again",
        [
            sign_in("phone", "register"),
            *add("phone", score(1), score(2)),
            do("phone", "sync"),
            {"server": "lose", "id": uuid(1)},
            *add("phone", score(3)),
            do("phone", "sync"),
        ],
    ),
    "notes": (
        "The note with the highest seq shows, whatever its id; empty text takes it away",
        [
            *TWO,
            *add("phone", score(1)),
            do("phone", "sync"),
            *add("tablet", note(9, 1, "made last, sent first")),
            do("tablet", "sync"),
            *add("phone", note(8, 1, "made first, sent last")),
            do("phone", "sync"),
            do("tablet", "sync"),
            *add("tablet", note(10, 1, "")),
            do("tablet", "sync"),
            do("phone", "sync"),
        ],
    ),
    "refresh": (
        "Refresh tokens rotate; lost answers are forgiven; an old one in other hands ends the login, not the history",
        [
            sign_in("phone", "register"),
            *add("phone", score(1)),
            do("phone", "forget_access"),
            do("phone", "sync", lose=2),
            do("phone", "forget_access"),
            do("phone", "sync"),
            somebody("refresh", refresh_token="$refresh.1"),
            do("phone", "forget_access"),
            do("phone", "sync"),
        ],
    ),
    "register": (
        "A lost answer to a registration: the same attempt gets the same login and recovery code, nobody else does",
        [
            sign_in("phone", "register", lose=4),
            sign_in("phone", "register", lose=1),
            somebody("register", **ME),
            somebody("register", **ME, idempotency_key="another-attempt-of-32-characters"),
            somebody("register", **ME | {"password": "another password"}, idempotency_key="$attempt.1"),
            *add("phone", score(1)),
            do("phone", "sync"),
            somebody("register", **ME, idempotency_key="$attempt.1"),
        ],
    ),
    "recover": (
        "A lost phone: the code sets a new password and ends the logins; a lost answer hides neither login nor code",
        [
            sign_in("lost", "register"),
            *add("lost", score(1)),
            do("lost", "sync"),
            sign_in("found", "recover", code="$recovery.1", password=NEW, lose=4),
            sign_in("found", "recover", code="$recovery.1", password=NEW, lose=1),
            somebody("recover", **ME, recovery_code="$recovery.1"),
            somebody("recover", **ME, recovery_code="$recovery.1", idempotency_key="$attempt.2"),
            do("found", "sync"),
            do("lost", "sync"),
            sign_in("tablet", password=NEW),
        ],
    ),
    "consent": (
        "An account agrees to nothing by being made: what needs a consent asks for it, and what waited is sent then",
        [
            sign_in("phone", "register", consents={}),
            *add("phone", score(1)),
            do("phone", "sync"),
            do("phone", "consent", versions={"sync": 1}),
            do("phone", "sync"),
            do("phone", "consent", versions={"sync": 0}),
            do("phone", "sync"),
        ],
    ),
    "trend": (
        "Buckets by the date on the wall; ISO weeks; a change of model; doubtful clocks and parts are flagged",
        [
            {"server": "bundle", "bundle": MODELS[1] | {"graded_parts": {"oil": [0]}}},
            sign_in("phone", "register"),
            *add(
                "phone",
                score(1, "2025-12-29T00:10:00+14:00", 1000),
                score(2, "2026-01-04T23:50:00-11:00", 2001),
                score(3, "2026-01-05T08:00:00Z", 3000, model=MODELS[1]),
                score(4, "2026-01-06T08:00:00Z", 500, model=MODELS[1], part=2),
                score(5, "2999-01-01T00:00:00Z", 4000),
            ),
            do("phone", "sync"),
            *(
                do("phone", "trend", query={"attribute": "oil", "bucket": bucket})
                for bucket in ("day", "week", "month")
            ),
            do("phone", "trend", query={"attribute": "oil", "part": 2}),
            do("phone", "trend", query={"attribute": "oil", "bucket": "year"}),
        ],
    ),
}
