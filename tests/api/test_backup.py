"""Backups: taken while people write, without photos, proven; restored so that devices bring back what is lacking."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api import backup, database, served
from api.__main__ import main
from api.config import ConfigError
from api.database import HeatmapJob, SyncHead
from tests.api.helpers import score


def push(person, *made):
    assert person.ask("POST", "/v1/sync", json={"records": list(made)}).status_code == 200


def pulled(person):
    return [item["record"]["id"] for item in person.ask("GET", "/v1/sync").json["records"]]


def test_a_restored_history_is_the_one_backed_up_under_a_new_epoch(app, owner, config, tmp_path):
    push(owner, score(1))
    cursor = owner.ask("GET", "/v1/sync").json["next_cursor"]
    assert backup.take(config.database_url, tmp_path / "copy.db") == 1
    push(owner, score(2))
    database.database.close()
    said = backup.restore(config.database_url, tmp_path / "copy.db")
    assert pulled(owner) == [score(1)["id"]]
    assert owner.ask("GET", f"/v1/sync?cursor={cursor}").status_code == 410
    (kept,) = tmp_path.glob("api.db.before-*")
    assert str(kept) in said and backup.prove(kept) == 2


def test_photos_are_in_no_backup(app, owner, config, tmp_path):
    sealed = b"a sealed photo" * 100
    account = owner.tokens["account_id"]
    HeatmapJob.create(id="j", account=account, key="k", attributes="oil", created_at=0, photo=sealed)
    backup.take(config.database_url, tmp_path / "copy.db")
    assert b"a sealed photo" not in (tmp_path / "copy.db").read_bytes()
    assert HeatmapJob.get().photo == sealed


def test_a_backup_with_a_record_less_than_its_head_counts_is_refused(app, owner, config, tmp_path):
    push(owner, score(1))
    backup.take(config.database_url, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        db.execute("DELETE FROM record")
        db.commit()
    with pytest.raises(ConfigError, match="damaged"):
        backup.restore(config.database_url, tmp_path / "copy.db")
    assert pulled(owner) == [score(1)["id"]]


def test_nothing_is_restored_under_a_running_server(app, owner, config, tmp_path):
    push(owner, score(1))
    backup.take(config.database_url, tmp_path / "copy.db")
    with served.lock(config.database_url), pytest.raises(ConfigError, match="stop it"):
        backup.restore(config.database_url, tmp_path / "copy.db")


@pytest.mark.parametrize("command", [["backup", "there.db"], ["restore", "there.db"], ["migrate"]])
def test_what_cannot_be_done_is_one_sentence_and_status_2(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    if command[0] == "restore":
        Path("there.db").write_text("no database")
    assert main(command) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_backup_names_pg_dump_and_restore_begins_a_new_epoch(app, owner, config, tmp_path):
    with pytest.raises(ConfigError, match="pg_dump"):
        backup.take(config.database_url, tmp_path / "copy.dump")
    before = SyncHead.get().epoch
    database.database.close()
    backup.restore(config.database_url, None)
    assert SyncHead.get().epoch != before
