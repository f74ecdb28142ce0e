"""Backups: taken while people write, without photos, proven; restored so that devices bring back what is lacking."""

import dataclasses
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api import backup, database, restore, served
from api.__main__ import main
from api.config import ConfigError
from api.ledger import LedgerError
from api.tables import Account, HeatmapJob, SyncHead
from tests.api.helpers import score
from tests.api.syncing import push


def pulled(person):
    return [item["record"]["id"] for item in person.ask("GET", "/v1/sync").json["records"]]


def test_a_restored_history_is_the_one_backed_up_under_a_new_epoch(app, owner, config, tmp_path):
    push(owner, [score(1)])
    cursor = owner.ask("GET", "/v1/sync").json["next_cursor"]
    assert backup.take(config.database_url, tmp_path / "copy.db") == 1
    push(owner, [score(2)])
    database.database.close()
    said = restore.restore(config, tmp_path / "copy.db")
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
    push(owner, [score(1)])
    backup.take(config.database_url, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        db.execute("DELETE FROM record")
        db.commit()
    with pytest.raises(ConfigError, match="damaged"):
        restore.restore(config, tmp_path / "copy.db")
    assert pulled(owner) == [score(1)["id"]]


def test_nothing_is_restored_under_a_running_server(app, owner, config, tmp_path):
    push(owner, [score(1)])
    backup.take(config.database_url, tmp_path / "copy.db")
    with served.lock(config.database_url), pytest.raises(ConfigError, match="stop it"):
        restore.restore(config, tmp_path / "copy.db")


def test_a_damaged_database_is_replaced_and_kept_with_its_log(app, owner, config, tmp_path):
    push(owner, [score(1)])
    backup.take(config.database_url, tmp_path / "copy.db")
    database.database.close()
    for tail in ("", "-wal"):
        (tmp_path / f"api.db{tail}").write_bytes(b"damaged" * 1000)
    restore.restore(config, tmp_path / "copy.db")
    assert pulled(owner) == [score(1)["id"]]
    assert {path.read_bytes() for path in tmp_path.glob("api.db.before-*")} == {b"damaged" * 1000}


def test_nothing_is_restored_under_a_worker(app, owner, config, tmp_path):
    push(owner, [score(1)])
    backup.take(config.database_url, tmp_path / "copy.db")
    database.database.close()
    with closing(sqlite3.connect(tmp_path / "api.db")) as worker:
        worker.execute("SELECT * FROM account").fetchall()
        with pytest.raises(ConfigError, match="stop server and worker"):
            restore.restore(config, tmp_path / "copy.db")
    assert pulled(owner) == [score(1)["id"]]


def test_what_stands_in_the_log_beside_a_backup_is_restored_too(app, owner, config, tmp_path):
    push(owner, [score(1)])
    folder = tmp_path / "# taken by hand"
    folder.mkdir()
    for tail in ("", "-wal"):
        shutil.copy(tmp_path / f"api.db{tail}", folder / f"copy.db{tail}")
    database.database.close()
    restore.restore(config, folder / "copy.db")
    assert pulled(owner) == [score(1)["id"]]


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path):
    with closing(sqlite3.connect(tmp_path / "else.db")) as db:
        db.execute("CREATE TABLE other (id)")
    with pytest.raises(ConfigError, match="cannot be copied"):
        backup.take(f"sqlite:///{tmp_path / 'else.db'}", tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["else.db"]


def test_on_sqlite_a_restore_names_its_backup(app, owner, config):
    epoch = SyncHead.get().epoch
    with pytest.raises(ConfigError, match="restore FILE"):
        restore.restore(config, None)
    assert SyncHead.get().epoch == epoch


@pytest.mark.parametrize("command", [["backup", "there.db"], ["restore", "there.db"], ["migrate"]])
def test_what_cannot_be_done_is_one_sentence_and_status_2(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    if command[0] == "restore":
        Path("there.db").write_text("no database")
    assert main(command) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_who_was_erased_since_the_backup_is_not_in_what_is_restored(app, owner, other, config, tmp_path):
    phone = other.elsewhere()
    backup.take(config.database_url, tmp_path / "copy.db")
    owner.fresh().ask("DELETE", "/v1/account")
    other.ask("DELETE", f"/v1/auth/devices/{phone.tokens['device_id']}")
    database.database.close()
    assert "without 1 accounts and 1 device logins" in restore.restore(config, tmp_path / "copy.db")
    assert [account.email for account in Account.select()] == [other.email]
    assert other.ask("GET", "/v1/account").status_code == 200
    assert phone.ask("GET", "/v1/account").status_code == 401
    assert owner.email.encode() not in (tmp_path / "api.db").read_bytes()


def test_without_the_key_of_the_erasure_ledger_nothing_is_restored(app, owner, other, config, tmp_path):
    backup.take(config.database_url, tmp_path / "copy.db")
    owner.fresh().ask("DELETE", "/v1/account")
    database.database.close()
    with pytest.raises(LedgerError, match="REFRESH_KEY=new,old"):
        restore.restore(dataclasses.replace(config, refresh_key="n" * 32), tmp_path / "copy.db")
    assert [account.email for account in Account.select()] == [other.email]
    assert not list(tmp_path.glob("*unfinished*"))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_restore_begins_a_new_epoch_without_who_was_erased(app, owner, other, config, tmp_path):
    with pytest.raises(ConfigError, match="pg_dump"):
        backup.take(config.database_url, tmp_path / "copy.dump")
    before, kept = SyncHead.get().epoch, Account.select().where(Account.email == other.email).dicts().get()
    other.fresh().ask("DELETE", "/v1/account")
    Account.insert(kept).execute()  # as pg_restore would
    database.database.close()
    restore.restore(config, None)
    assert SyncHead.get().epoch != before
    assert [account.email for account in Account.select()] == [owner.email]
