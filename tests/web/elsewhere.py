"""A history of three months that another device made, part of it with an older model."""

from typing import Any

from tests.model_folder import MODEL
from tests.people import Person as Account

DAYS = ("2026-08-03", "2026-08-17", "2026-08-31", "2026-09-14", "2026-09-28", "2026-10-12", "2026-10-26")


def pushed_elsewhere(port: int, email: str) -> None:
    """Push it to the account."""
    with Account(port, email) as device:
        status, answer = device.ask("POST", "/v1/sync", {"records": [score(n, day) for n, day in enumerate(DAYS)]})
        assert status == 200 and all(one["verdict"] == "created" for one in answer["results"])


def score(n: int, day: str) -> dict[str, Any]:
    """A score of a slowly changing skin."""
    milli = {"oil": 3200 - 250 * n, "hydration": 1300 + 300 * n, "wrinkle": 2100, "pigmentation": 2900 - 90 * n}
    milli["sensitivity"] = 1400 + 500 * (n % 3)
    old = n < 3
    return {
        "id": f"0198a000-0000-7000-8000-{n:012x}",
        "kind": "score",
        "captured_at": f"{day}T08:{30 + n}:00+09:00",
        "part": 0,
        "attributes": {key: answer(value) for key, value in milli.items()},
        "model": MODEL | ({"version": "0.1.0", "sequence": 1} if old else {}),
        "file_sha256": ("1" if old else "2") * 64,
        "app": "another device",
    }


def answer(milli: int) -> dict[str, Any]:
    """The record of an attribute that is this sure of its grade."""
    grade = min(4, round(milli / 1000))
    share = [0] * 5
    share[grade], share[grade - 1 if grade else 1] = 7000, 3000
    return {"grade": grade, "balanced": grade, "expected_milli": milli, "probabilities_e4": share}
