"""A deleted account is gone: from every file, from every table, and from a backup restored later."""

import dataclasses
import json
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from peewee import OperationalError

from api import erasure, jobs, ledger, served
from api.database import TABLES, Account, Device, database
from tests.api.conftest import PASSWORD
from tests.api.helpers import PNG, score
from tests.faults import erase
from tests.faults.erase import fill, found


@pytest.fixture
def words(owner) -> list[bytes]:
    """What must not be found once the owner's account is deleted."""
    return [*fill(owner.ask, owner.email), owner.tokens["device_id"].encode()]


def delete(person):
    answer = person.fresh().ask("DELETE", "/v1/account")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_no_file_and_no_log_holds_a_byte_of_a_deleted_account(words, owner, other, tmp_path, caplog):
    with caplog.at_level("INFO"):
        assert set(found(tmp_path, words)) == set(words)  # else the search below would prove nothing
        delete(owner)
        owner.ask("GET", "/v1/account")
    assert found(tmp_path, words) == {}
    assert not [word for word in words if word.decode("latin-1") in caplog.text]
    assert found(tmp_path, [other.email.encode()])


def test_a_running_server_keeps_nothing_of_a_deleted_account_in_its_files_and_its_log(capsys):
    assert erase.main(["--json", "-"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["found_before"] == figures["words"] >= 8
    assert figures["left_running"] == figures["left_ended"] == 0


def test_no_table_holds_a_row_of_a_deleted_account(words, owner):
    assert all(table.select().count() for table in TABLES)
    delete(owner)
    left = {table.__name__: table.select().count() for table in TABLES}
    assert left.pop("WorkerBeat") == 1 and set(left.values()) == {0}


def test_another_account_keeps_everything(owner, other):
    other.ask("POST", "/v1/sync", json={"records": [score(1)]})
    delete(owner)
    assert other.ask("GET", "/v1/sync").json["head"]["count"] == 1
    assert other.elsewhere().ask("GET", "/v1/account").status_code == 200


def test_nothing_opens_a_deleted_account_and_its_email_is_free_again(owner, guest, sign_up):
    tablet = owner.elsewhere()
    delete(owner)
    for person in (owner, tablet):
        assert person.ask("GET", "/v1/account").json["type"].endswith("invalid-token")
        refused = guest.ask("POST", "/v1/auth/refresh", json={"refresh_token": person.tokens["refresh_token"]})
        assert refused.json["type"].endswith("refresh-revoked")
    body = {"email": owner.email, "password": PASSWORD}
    assert guest.ask("POST", "/v1/auth/login", json=body).status_code == 401
    assert sign_up(owner.email).ask("GET", "/v1/sync").json["head"]["count"] == 0


def test_the_receipt_is_in_the_ledger_and_names_nobody(words, owner, config):
    receipt = delete(owner)
    assert receipt["records"] == 40  # tombstones count: their ids are kept too
    assert receipt["receipt"] in config.ledger_path.read_text()
    assert not set(receipt) & {"email", "account_id"} and owner.tokens["account_id"] not in str(receipt)
    assert config.ledger_path.stat().st_mode & 0o077 == 0


def test_a_deletion_that_fails_is_a_503_and_deletes_nothing(owner, config):
    fresh = owner.fresh()
    config.ledger_path.mkdir()
    answer = fresh.ask("DELETE", "/v1/account")
    assert answer.status_code == 503 and answer.json["type"].endswith("busy")
    assert owner.ask("GET", "/v1/account").status_code == 200


def test_a_log_kept_by_a_reader_is_emptied_at_the_next_look(words, owner, config, tmp_path):
    path = config.database_url.removeprefix("sqlite:///")
    database.execute_sql("PRAGMA busy_timeout=50")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM account").fetchall()
    delete(owner)
    assert found(tmp_path, words) and not erasure.settle()
    reader.execute("COMMIT")
    reader.close()
    assert erasure.settle() and found(tmp_path, words) == {}


def test_a_log_that_cannot_be_emptied_now_does_not_make_the_deletion_fail(words, owner, monkeypatch, tmp_path):
    def locked() -> bool:
        raise OperationalError("database is locked")

    with monkeypatch.context() as broken:
        broken.setattr(database.obj, "truncate_log", locked)
        assert delete(owner)["receipt"]
    assert found(tmp_path, words)
    assert erasure.settle() and found(tmp_path, words) == {}


def test_the_serving_process_empties_the_log_that_a_killed_one_left(words, tmp_path):
    Account.delete().execute()  # and killed before the log was emptied
    erasure._log_is_full.set()
    stop = threading.Event()
    stop.set()
    sweep = threading.Thread(target=served._sweep, args=(stop,))
    assert found(tmp_path, words)
    sweep.start()
    sweep.join()
    assert found(tmp_path, words) == {}


def test_a_request_that_a_deletion_overtakes_may_come_again_and_is_told_then(owner, monkeypatch):
    jobs.beat()
    monkeypatch.setattr(jobs, "require_worker", lambda: Account.delete().execute())
    photo = {"data": PNG, "content_type": "image/png"}
    overtaken = owner.ask("POST", "/v1/heatmaps", **photo)
    assert overtaken.status_code == 503 and overtaken.headers["Retry-After"]
    assert owner.ask("POST", "/v1/heatmaps", **photo).json["type"].endswith("invalid-token")


# After a restore


@pytest.fixture
def backup(config, tmp_path_factory):
    """Take a backup of the database, and put it back as `restore` does."""
    path = Path(config.database_url.removeprefix("sqlite:///"))
    kept = tmp_path_factory.mktemp("backup") / "kept.db"

    def take() -> None:
        assert database.truncate_log()
        shutil.copy(path, kept)

    def restore() -> None:
        database.close()
        for old in path.parent.glob(path.name + "-*"):
            old.unlink()
        shutil.copy(kept, path)
        database.connect()

    return take, restore


def test_who_was_erased_stays_erased_after_a_restore(words, owner, other, config, backup, tmp_path):
    take, restore = backup
    take()
    delete(owner)
    restore()
    assert Account.select().count() == 2  # the backup brought the account back
    assert erasure.reapply(config) == {"accounts": 1, "device_logins": 0}
    assert [account.email for account in Account.select()] == [other.email]
    assert found(tmp_path, words) == {}


def test_a_stolen_phone_stays_signed_out_after_a_restore(owner, guest, config, backup):
    take, restore = backup
    phone = owner.elsewhere()
    take()
    owner.ask("DELETE", f"/v1/auth/devices/{phone.tokens['device_id']}")
    restore()
    assert erasure.reapply(config) == {"accounts": 0, "device_logins": 1}
    assert phone.ask("GET", "/v1/account").status_code == 401
    assert owner.ask("GET", "/v1/account").status_code == 200


def test_a_ledger_of_an_older_key_is_read_and_one_of_an_unknown_key_is_refused(owner, config, backup):
    take, restore = backup
    take()
    delete(owner)
    restore()
    rotated = dataclasses.replace(config, refresh_key="n" * 32)
    with pytest.raises(ledger.LedgerError, match="REFRESH_KEY=new,old"):
        erasure.reapply(rotated)
    assert Account.select().count() == 1
    assert erasure.reapply(dataclasses.replace(rotated, old_refresh_keys=(config.refresh_key,)))["accounts"] == 1


def test_half_a_line_left_by_a_crash_spoils_no_other(config):
    book = ledger.Ledger.of(config)
    book.note("first")
    with config.ledger_path.open("a") as file:
        file.write(config.ledger_path.read_text().strip()[:-1])
    book.note("second")
    reader = book.reader()
    assert reader.names("first") and reader.names("second") and not reader.names("third")


def test_without_a_ledger_nothing_is_erased(owner, config):
    assert erasure.reapply(config) == {"accounts": 0, "device_logins": 0}
    assert Device.select().count() == 1
