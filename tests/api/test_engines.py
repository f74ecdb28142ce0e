"""Databases in trouble: the promised status, and nothing that was acknowledged is lost."""

import sqlite3
import threading
from contextlib import closing
from unittest import mock

import pytest

from api import engines, leases, served
from api.__main__ import main
from api.config import ConfigError
from api.database import database, write_transaction
from api.tables import Account, Device
from tests.api.helpers import score


def push(person, n):
    return person.ask("POST", "/v1/sync", json={"records": [score(n)]})


def test_a_file_that_another_process_locks_is_503_and_worth_another_try(owner, config):
    database.execute_sql("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(engines.sqlite_path(config.database_url), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = push(owner, 1)
        assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert push(owner, 1).json["results"][0]["verdict"] == "created"


def test_a_writer_does_not_wait_for_ever_for_its_turn(owner, monkeypatch):
    monkeypatch.setattr(engines, "WAIT", 0.05)
    with database.turn():
        assert push(owner, 1).status_code == 503
    assert push(owner, 1).status_code == 200


def test_who_signed_in_just_now_reads_on_while_nothing_can_be_written(owner):
    database.execute_sql("PRAGMA query_only = 1")
    assert owner.ask("GET", "/v1/sync").status_code == 200
    assert push(owner, 1).status_code == 503 and Device.get().seen == 0
    database.execute_sql("PRAGMA query_only = 0")
    assert owner.ask("GET", "/v1/sync").status_code == 200 and Device.get().seen == 1


def test_writers_do_not_wait_long_for_a_log_that_a_reader_keeps(owner, config):
    database.execute_sql("DELETE FROM workerbeat")
    waited: list[int] = []
    with closing(sqlite3.connect(engines.sqlite_path(config.database_url), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM account").fetchall()
        push(owner, 1)
        run = database.obj.execute_sql

        def look(statement: str, *given):
            if "wal_checkpoint" in statement:
                waited.append(run("PRAGMA busy_timeout").fetchone()[0])
            return run(statement, *given)

        with mock.patch.object(database.obj, "execute_sql", look):
            assert not database.truncate_log()
    assert waited == [200] and run("PRAGMA busy_timeout").fetchone()[0] == engines.WAIT * 1000


@pytest.mark.parametrize(
    "command", [["migrate", "--backed-up"], ["restore"], ["admin", "reset", "me@example.org"], ["serve"]]
)
def test_a_command_without_its_database_is_a_sentence(command, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(command) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "mend DATABASE_URL" in said


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_a_failed_write_leaves_nothing_open_behind_it(owner):
    with pytest.raises(ZeroDivisionError), write_transaction():
        Account.create(id="x", email="x", password_hash="", created_at=1 / 0)
    assert not database.in_transaction() and Account.select().count() == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_restarted_postgresql_is_503_at_most_once_and_keeps_what_was_acknowledged(owner, cluster):
    assert push(owner, 1).status_code == 200
    cluster.stop()
    assert push(owner, 2).status_code == 503
    assert push(owner, 2).status_code == 503
    cluster.start()
    again = [push(owner, 2).status_code for _ in range(2)]
    assert again[-1] == 200
    assert len(owner.ask("GET", "/v1/sync").json["records"]) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_photos_are_swept_again_after_a_restart_of_postgresql(app, cluster, monkeypatch):
    reap, looked, swept = leases.reap, [], []

    class Stop:
        def wait(self, _: float) -> bool:
            looked.append(1)
            if len(looked) == 1:
                cluster.stop()
                cluster.start()
            return len(looked) == 2

    monkeypatch.setattr(leases, "reap", lambda: swept.append(reap()))
    sweep = threading.Thread(target=served._sweep, args=(Stop(),))
    sweep.start()
    sweep.join()
    assert len(swept) == len(looked) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_row_held_by_a_writer_of_the_same_account_is_503_and_another_account_goes_on(owner, other, monkeypatch):
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.connection_context(), write_transaction():
            database.execute_sql("UPDATE synchead SET seq = seq WHERE account_id = %s", (owner.tokens["account_id"],))
            locked.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    database.execute_sql("SET lock_timeout = '100ms'")
    assert push(other, 1).status_code == 200
    assert push(owner, 1).status_code == 503
    done.set()
    holder.join()
    assert push(owner, 1).status_code == 200


@pytest.mark.parametrize("url", ["mysql://me:secret@host/db", "sqlite://", "skinscore.db", ""])
def test_any_other_url_is_refused_without_showing_its_password(url):
    with pytest.raises(ConfigError, match="sqlite:///PATH or postgresql://") as refused:
        engines.engine(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_text_that_postgresql_cannot_keep_is_a_422(owner):
    assert owner.ask("GET", "/v1/heatmaps/a%00b").status_code == 422
