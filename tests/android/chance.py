"""What a Kotlin and a Python device of one account do by chance, and what must be left of it.

Each body carries a mark. Afterwards both devices hold what was made less what was deleted, each once.
"""

import random
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sample_clients.python import records
from tests.android.sides import KotlinSide, PythonSide
from tests.client.helpers import score
from tests.people import PASSWORD

EMAIL = "me@example.org"
PEACE = 3  # syncs of each device until both must be the same: send, fetch, and fetch what repair sent
EXPECTED = ("offline", "consent-required", "refresh-reused", "refresh-revoked")
WEIGHTS = {
    **{"add": 30, "note": 10, "delete": 12, "sync": 22, "lose": 12, "forget": 4, "restart": 4, "die": 2},
    **{"sign_out": 2, "consent": 1, "collide": 2},
}
Side = PythonSide | KotlinSide


class Conversation:
    """The steps, and what must be left of them: the marks that were made and those that were deleted."""

    def __init__(self, sides: Sequence[Side], seed: int) -> None:
        self.sides, self.chance = sides, random.Random(seed)
        self.made, self.deleted, self.contested = set[str](), set[str](), set[str]()
        self.happened = Counter[str]()

    def register(self) -> None:
        """One of the devices makes the account; the other signs in before its first sync."""
        how = {"how": "register", "email": EMAIL, "password": PASSWORD, "device": "first"}
        assert self.sides[0].act("sign_in", **how, consents={"sync": 1})

    def step(self) -> None:
        """Let one of the devices do something."""
        side = self.chance.choice(self.sides)
        (what,) = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.happened[f"{side.name} {what}"] += getattr(self, what)(side) is not False

    def add(self, side: Side) -> None:
        side.act("add", record=self.marked())

    def note(self, side: Side) -> bool | None:
        if not (scores := [one for one in side.records() if one["kind"] == "score"]):
            return False
        note = records.note_record(self.chance.choice(scores)["id"], f"살 {uuid.uuid4().hex}")
        self.made.add(note["text"])
        side.act("add", record=note)
        return None

    def delete(self, side: Side) -> bool | None:
        if not (free := [one for one in side.records() if not {one["id"], mark(one)} & self.contested]):
            return False
        doomed = self.chance.choice(free)
        side.act("delete", id=doomed["id"])
        self.deleted.add(mark(doomed))
        return None

    def sync(self, side: Side) -> Any:
        """What came of it, signed in first where the login ended."""
        if not side.state()["signed_in"]:
            side.act("sign_in", how="login", email=EMAIL, password=PASSWORD, device=side.name)
        found = side.act("sync", limit=self.chance.choice([None, 3, 50]))
        assert isinstance(found, dict) or found in EXPECTED, found
        return found

    def lose(self, side: Side) -> None:
        side.wire.cut = self.chance.choice([0, self.chance.randrange(4000)])  # bytes of answers that still arrive
        self.sync(side)

    def forget(self, side: Side) -> None:
        side.act("forget_access")

    def restart(self, side: Side) -> None:
        side.restart()

    def die(self, side: Side) -> bool | None:
        if isinstance(side, PythonSide):
            return False
        record, seconds = self.marked(), self.chance.uniform(0, 0.03)
        side.die(seconds, *self.chance.choice([("sync",), ("add",)]), record=record)
        if mark(record) not in {mark(one) for one in side.records()}:
            self.made.remove(mark(record))
        return None

    def sign_out(self, side: Side) -> None:
        if isinstance(side, PythonSide):
            side.client.sign_out()
        else:
            side.act("sign_out")

    def consent(self, side: Side) -> bool | None:
        """Withdraw it, be refused, give it again."""
        if not isinstance(self.sync(side), dict):
            return False  # its login ended
        assert side.act("consent", versions={"sync": 0}) is None
        assert self.sync(side) == "consent-required"
        assert side.act("consent", versions={"sync": 1}) is None
        return None

    def collide(self, side: Side) -> bool | None:
        """Another body under an id that the device does not know."""
        (other,) = [one for one in self.sides if one is not side]
        known = set(side.state()["live"])
        theirs = [one for one in other.records() if one["kind"] == "score" and one["id"] not in known]
        free = [one for one in theirs if not {mark(one), one["id"]} & (self.deleted | self.contested)]
        if not free:
            return False
        taken = self.chance.choice(free)
        ours = self.marked(id=taken["id"])
        self.contested |= {taken["id"], mark(taken), mark(ours)}
        side.act("add", record=ours)
        return None

    def marked(self, **changes: Any) -> dict[str, Any]:
        """A score that can be told from all others."""
        record = score(app=uuid.uuid4().hex, part=self.chance.randrange(4), **changes)
        self.made.add(mark(record))
        return record

    def make_peace(self) -> bool:
        """Nothing is in the way any more: both sync; whether the last syncs were complete."""
        for side in self.sides:
            side.wire.cut = None
        found = [[self.sync(side) for side in self.sides] for _ in range(PEACE)]
        return all(isinstance(one, dict) and one["complete"] for one in found[-1])

    def wrong(self) -> list[str]:
        """What is not where it belongs."""
        one, other = (side.state() for side in self.sides)
        wrong = [f"{name}: {one[name]} and {other[name]}" for name in one if one[name] != other[name]]
        expected = Counter(self.made - self.deleted)
        for side in self.sides:
            held = Counter(map(mark, side.records()))
            wrong += [f"{side.name} lost {one}" for one in expected - held]
            wrong += [f"{side.name} has {one} that should be gone, or twice" for one in held - expected]
        return wrong


def mark(record: dict[str, Any]) -> str:
    """What tells a body from all others, whatever its id became."""
    return record["text"] if record["kind"] == "note" else record["app"]
