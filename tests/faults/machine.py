"""Histories made up by chance: devices write, delete, sync, lose answers and die; the server dies and is restored.

The model is a set of marks, one in each body that was made, and the marks that were deleted. Whatever happened, once
every device has synced in peace, all of them and the server hold what was made minus what was deleted, each once.
"""

import json
import shutil
import tempfile
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

from argon2 import PasswordHasher
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api import clock
from api.database import write_transaction
from api.tables import Account, Device, Record, SyncHead
from sample_clients.python import records
from sample_clients.python.http import ServerError
from tests.client.helpers import score
from tests.faults.mishaps import CRASHES, Phone, Wire
from tests.golden.stage import application

MINE, NAMES, STRANGER = "me@example.org", ("phone", "tablet", "watch"), "stranger"
OTHER = "other@example.org"
PASSWORD = "a long password"
MOMENTS = ("2026-05-04T08:30:00+09:00", "1970-01-01T00:00:00Z", "2999-12-31T23:59:59-11:00", "0001-01-01T00:00:00Z")
HOUR = 3600
PEACE = 3  # syncs of each device until all must be the same: send, fetch, and fetch what repair sent
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # waiting for a disk tells nothing here
names, crashes = st.sampled_from(NAMES), st.sampled_from(CRASHES)


class Histories(RuleBasedStateMachine):
    """Three devices of one person, one of a stranger, and a server; `new_database` makes the server's database."""

    new_database: Any = staticmethod(lambda folder: f"sqlite:///{folder / 'api.db'}")

    def __init__(self) -> None:
        super().__init__()
        self.folder, self.stack = Path(tempfile.mkdtemp(dir=MEMORY)), ExitStack()
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.stack.enter_context(mock.patch("api.passwords._hasher", cheap))
        self.stack.enter_context(mock.patch("sample_clients.python.http.pause", lambda attempt: 0))
        app = self.stack.enter_context(application(self.folder, self.new_database(self.folder)))
        self.phones = {name: Phone(self.folder / name, Wire(app.test_client())) for name in (*NAMES, STRANGER)}
        self.made: dict[str, set[str]] = {MINE: set(), OTHER: set()}
        self.deleted: set[str] = set()
        self.contested: set[str] = set()
        self.behind, self.backup = 0, list[Any]()

    @initialize()
    def register(self) -> None:
        for name, email in ((NAMES[0], MINE), (STRANGER, OTHER)):
            self.phones[name].client.sign_in("register", email, PASSWORD, name, adopt=True, consents={"sync": 1})
        for name in (*NAMES, STRANGER):  # histories of a few steps have something to lose too
            self.write(name, MOMENTS[0])
            self.write(name, MOMENTS[1])
            self._sync(name)
        self.back_up()

    @rule(name=st.sampled_from((*NAMES, STRANGER)), moment=st.sampled_from(MOMENTS))
    def write(self, name: str, moment: str) -> None:
        self._keep(name, score(captured_at=moment))

    @rule(name=names, crash=crashes)
    def die_while_writing(self, name: str, crash: str) -> None:
        record = self._marked(score())
        self.phones[name].dying(crash, lambda: self.phones[name].client.store.add(record))
        if crash == CRASHES[1]:
            self.made[MINE].add(record["app"])

    @rule(name=names, pick=st.integers(0, 99))
    def note(self, name: str, pick: int) -> None:
        if held := self.phones[name].client.history():
            note = records.note_record(held[pick % len(held)]["id"], uuid.uuid4().hex)
            self.phones[name].client.store.add(note)
            self.made[MINE].add(note["text"])

    @rule(name=names, pick=st.integers(0, 99))
    def delete(self, name: str, pick: int) -> None:
        live = [r for r in self.phones[name].client.store.live() if r["id"] not in self.contested]
        live = [r for r in live if _mark(r) not in self.contested]
        if live:
            doomed = live[pick % len(live)]
            self.phones[name].client.store.delete(doomed["id"])
            self.deleted.add(_mark(doomed))

    @rule(name=names, by=names, pick=st.integers(0, 99))
    def collide(self, name: str, by: str, pick: int) -> None:
        """Another body under an id that the device does not know: a broken clock and a bad source of chance."""
        unknown = self.phones[name].client.store
        known = [r for r in self.phones[by].client.history() if unknown.get(r["id"]) is None]
        known = [r for r in known if r["id"] not in unknown.tombstones() and r["app"] not in self.deleted]
        if known and not self.contested:
            first = known[pick % len(known)]
            self.contested |= {first["id"], first["app"]}
            self.contested.add(self._keep(name, score(id=first["id"])))

    @rule(name=st.sampled_from((*NAMES, STRANGER)))
    def sync(self, name: str) -> None:
        self._sync(name)

    @rule(name=names, lost=st.integers(1, 6))
    def sync_with_lost_answers(self, name: str, lost: int) -> None:
        self.phones[name].wire.lose = lost
        self._sync(name)

    @rule(name=names, crash=crashes)
    def sync_while_the_server_dies(self, name: str, crash: str) -> None:
        self.phones[name].wire.crash = crash
        self._sync(name)

    @rule(name=names, crash=crashes)
    def die_while_syncing(self, name: str, crash: str) -> None:
        self.phones[name].dying(crash, lambda: self._sync(name))

    @rule(name=names, lost=st.integers(0, 2))
    def restart(self, name: str, lost: int) -> None:
        self.phones[name].restart()
        self.phones[name].wire.lose = lost

    @rule(name=names)
    def sign_out(self, name: str) -> None:
        self.phones[name].client.sign_out()

    @rule(name=names)
    def try_another_account(self, name: str) -> None:
        client = self.phones[name].client
        before = client.store.live()
        if client.store.setting("account"):
            try:
                client.sign_in("login", OTHER, PASSWORD, name, adopt=True)
            except ServerError as error:
                assert error.slug in ("other-account", "offline")
            else:
                raise AssertionError("a history went to another account")
            assert client.store.live() == before

    @rule(hours=st.integers(0, 24))
    def set_the_servers_clock_back(self, hours: int) -> None:
        self.behind = hours * HOUR

    @rule()
    def back_up(self) -> None:
        self.backup = [(table, list(table.select().dicts())) for table in (Account, Device, SyncHead, Record)]

    @rule()
    def restore(self) -> None:
        with write_transaction():
            for table, _ in reversed(self.backup):
                table.delete().execute()
            for table, rows in self.backup:
                for row in rows:
                    table.insert(row).execute()
            SyncHead.update(epoch=uuid.uuid4().hex).execute()

    @invariant()
    def the_head_counts_what_is_there(self) -> None:
        for head in SyncHead.select():
            live = [json.loads(r.body) for r in Record.select().where(Record.account == head.account) if r.body]
            assert (head.count, head.xor) == (len(live), records.fold(live))

    def teardown(self) -> None:
        """Peace: everybody syncs, then everything must be where it belongs."""
        try:
            self._make_peace()
        finally:
            for phone in self.phones.values():
                phone.client.store.close()
            self.stack.close()
            shutil.rmtree(self.folder)

    def _make_peace(self) -> None:
        for phone in self.phones.values():
            phone.wire.lose, phone.wire.crash = 0, ""
        outcomes = [[self._sync(name) for name in self.phones] for _ in range(PEACE)]
        assert all(outcome.complete for outcome in outcomes[-1])
        for name, phone in self.phones.items():
            held = [_mark(record) for record in phone.client.store.live()]
            assert sorted(held) == sorted(self.made[OTHER if name == STRANGER else MINE] - self.deleted), name
        assert len({json.dumps(self.phones[name].client.notes(), sort_keys=True) for name in NAMES}) == 1

    def _keep(self, name: str, record: dict[str, Any]) -> str:
        self.phones[name].client.store.add(self._marked(record))
        self.made[OTHER if name == STRANGER else MINE].add(record["app"])
        return record["app"]

    def _marked(self, record: dict[str, Any]) -> dict[str, Any]:
        record["app"] = uuid.uuid4().hex
        return record

    def _sync(self, name: str) -> Any:
        """Sync, signing in first where the login ended; None when the network or the server was in the way."""
        client, now = self.phones[name].client, clock.now
        with mock.patch.object(clock, "now", lambda: now() - self.behind):
            try:
                if client.store.setting("refresh_token") is None:
                    client.sign_in("login", OTHER if name == STRANGER else MINE, PASSWORD, name, adopt=True)
                return client.sync()
            except ServerError as error:
                assert error.slug in ("offline", "refresh-reused", "refresh-revoked", "invalid-token"), error
                return None


def _mark(record: dict[str, Any]) -> str:
    """What tells a body from all others, whatever its id became."""
    return record["text"] if record["kind"] == "note" else record["app"]
