"""Races, small: the control loses, ours does not. `python -m tests.faults.race` is the long run."""

import pytest

from tests.faults import load, race
from tests.servers import web_process


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_a_held_writer_is_lost_to_a_time_stamp_cursor_and_not_to_ours(database_url):
    assert race.at_the_barrier(database_url) == {"control_missed": 1, "missed_at_barrier": 0}


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_what_writers_were_promised_is_there_and_no_reader_missed_it(database_url, tmp_path):
    with web_process(tmp_path, database_url) as server:
        figures = load.run(server.port, 1500, 2)
    assert figures["records"] >= 1500 and figures["conflict"] > 0 and figures["duplicate"] > 0
    assert {name: figures[name] for name in ("missed", "acknowledged_absent", "checksum_wrong", "errors")} == {
        "missed": 0,
        "acknowledged_absent": 0,
        "checksum_wrong": 0,
        "errors": 0,
    }
