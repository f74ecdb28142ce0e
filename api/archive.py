"""Everything kept about an account as one ZIP, written while it is sent: neither memory nor disk holds the whole.

One JSON file for the account, one line of JSON an item for all else, and `schema.json`, which describes every file.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, cast

from pydantic import BaseModel, ConfigDict

from api.records import Note, Score
from api.tables import Account, ConsentChange, Device, Record

PAGE = 500  # rows read at a time, each page for itself: a slow download holds no snapshot open


class Line(BaseModel):
    """Times are seconds since 1970."""

    model_config = ConfigDict(extra="forbid")


class AccountFile(Line):
    account_id: str
    email: str
    created_at: int


class ScoreLine(Line):
    received_at: int
    record: Score


class NoteLine(Line):
    received_at: int
    record: Note


class TombstoneLine(Line):
    """A record that was deleted; nothing of it is kept but the id."""

    id: str


class DeviceLine(Line):
    id: str
    name: str
    platform: str
    created_at: int
    last_used: int


class ConsentLine(Line):
    """Version of the text agreed to; 0 is a withdrawal."""

    purpose: str
    version: int
    at: int


SCHEMAS: dict[str, type[Line]] = {
    "account.json": AccountFile,
    "scores.ndjson": ScoreLine,
    "notes.ndjson": NoteLine,
    "tombstones.ndjson": TombstoneLine,
    "device_logins.ndjson": DeviceLine,
    "consents.ndjson": ConsentLine,
}


def stream(account: Account) -> Iterator[bytes]:
    """The ZIP, in pieces."""
    sink = Sink()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, items in _files(account):
            with archive.open(name, "w", force_zip64=True) as file:
                for item in items:
                    file.write(json.dumps(item, ensure_ascii=False).encode() + b"\n")
                    yield from sink.written()
    yield from sink.written()


class Sink:
    """A file that cannot be read or moved in: what was written is handed on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        if piece:  # an empty piece ends a chunked answer
            self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """zipfile calls it; there is nothing to wait for."""

    def written(self) -> Iterator[bytes]:
        """What came since the last call."""
        pieces, self._pieces = self._pieces, []
        yield from pieces


def _files(account: Account) -> Iterator[tuple[str, Iterable[Any]]]:
    yield "schema.json", [{name: schema.model_json_schema() for name, schema in SCHEMAS.items()}]
    yield "account.json", [{"account_id": account.id, "email": account.email, "created_at": account.created_at}]
    yield "device_logins.ndjson", _rows(Device, account, DeviceLine)
    yield "consents.ndjson", _rows(ConsentChange, account, ConsentLine)
    yield "scores.ndjson", _records(account, "score")
    yield "notes.ndjson", _records(account, "note")
    # Last: what is deleted while this is written moves behind everything, and shows here.
    yield "tombstones.ndjson", ({"id": row.id} for row in _pages(account, Record.tombstone))


def _rows(table: Any, account: Account, line: type[Line]) -> Iterator[dict[str, Any]]:
    # Read whole before it is sent: a statement left open would keep the log from being emptied.
    for row in list(table.select().where(table.account == account).order_by(table.id)):
        yield {name: getattr(row, name) for name in line.model_fields}


def _records(account: Account, kind: str) -> Iterator[dict[str, Any]]:
    for row in _pages(account, ~Record.tombstone):
        record = json.loads(row.body)
        if record["kind"] == kind:
            yield {"received_at": row.received_at, "record": record}


def _pages(account: Account, which: Any) -> Iterator[Record]:
    """The account's records in order of `seq`, a page at a time."""
    after = 0
    while True:
        more = (Record.account == account) & (Record.seq > after) & which
        page = list(Record.select().where(more).order_by(Record.seq).limit(PAGE))
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].seq
