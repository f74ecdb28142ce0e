"""Readiness: whether the database can be written, found out by writing, and not on every stranger's word."""

import pytest

from api import beats, clock
from api.tables import Beat, database
from tests.api.helpers import score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
SWITCHES = {
    "sqlite": ("PRAGMA query_only = 1", "PRAGMA query_only = 0"),
    "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
}


def written() -> int | None:
    """When a check last wrote."""
    row = Beat.get_or_none(Beat.id == beats.CHECK)
    return row and row.at


def test_where_nothing_can_be_written_the_server_is_not_ready_and_pushes_are_to_be_asked_again(owner, guest, config):
    read_only, writable = SWITCHES[config.database_url.partition(":")[0]]
    push = {"json": {"records": [score(1)]}}
    database.execute_sql(read_only)
    refused = [guest.ask("GET", "/readyz"), owner.ask("POST", "/v1/sync", **push)]
    assert [(one.status_code, one.json["type"]) for one in refused] == [(503, "urn:skinscore:problem:busy")] * 2
    database.execute_sql(writable)
    assert guest.ask("GET", "/readyz").status_code == owner.ask("POST", "/v1/sync", **push).status_code == 200


def test_a_check_writes_at_most_once_a_second_even_when_the_clock_is_set_back(guest, monkeypatch):
    seen = []
    for now in (1000, 1001, 1002, 1003, 1004, 500):
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        assert guest.ask("GET", "/readyz").status_code == 200
        seen.append(written())
    assert seen == [1000, 1000, 1002, 1002, 1004, 500]


def test_a_check_is_no_sign_of_a_worker(guest, alive):
    assert guest.ask("GET", "/readyz").json["worker"] is True
    Beat.delete().where(Beat.id == beats.WORKER).execute()
    assert guest.ask("GET", "/readyz").json["worker"] is False
