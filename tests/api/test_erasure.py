"""A deleted account is gone: from every file, from every table, and from a backup restored later."""

import json
import sqlite3
import threading

import pytest
from peewee import OperationalError

from api import beats, erasure, jobs, served
from api.database import database
from api.engines import engine
from api.models import downloads
from api.tables import TABLES, Account
from tests.api.conftest import PASSWORD
from tests.api.helpers import PNG, score
from tests.faults import erase
from tests.faults.erase import fill, found
from tests.surroundings import until


def test_no_file_and_no_log_holds_a_byte_of_a_deleted_account(words, owner, other, tmp_path, caplog):
    with caplog.at_level("INFO"):
        assert set(found(tmp_path, words)) == set(words)  # else the search below would prove nothing
        owner.delete_account()
        owner.ask("GET", "/v1/account")
    assert found(tmp_path, words) == {}
    assert not [word for word in words if word.decode("latin-1") in caplog.text]
    assert found(tmp_path, [other.email.encode()])


def test_a_running_server_keeps_nothing_of_a_deleted_account_in_its_files_and_its_log(tmp_path, capsys):
    assert erase.main(["--json", str(tmp_path / "figures.json")]) == 0
    assert capsys.readouterr().out == ""
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["found_before"] == figures["words"] >= 8
    assert figures["left_running"] == figures["left_ended"] == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_dump_of_postgresql_holds_nothing_of_a_deleted_account(app, cluster, config, owner, other):
    words = [*fill(owner.ask, owner.email)[:-1], owner.tokens["device_id"].encode()]  # bytes are dumped as hex
    dumped = cluster.dump(config.database_url)
    assert all(word in dumped for word in words)
    owner.delete_account()
    dumped = cluster.dump(config.database_url)
    assert not [word for word in words if word in dumped] and other.email.encode() in dumped


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_deletion_and_a_push_that_is_under_way_do_not_stop_each_other(config, owner):
    fresh, account = owner.fresh(), owner.tokens["account_id"]
    pusher, answers = engine(config.database_url), []

    def remove() -> None:
        answers.append(fresh.ask("DELETE", "/v1/account").status_code)
        database.close()

    with pusher.connection_context(), pusher.atomic():
        pusher.execute_sql("UPDATE synchead SET seq = seq + 1 WHERE account_id = %s", (account,))
        removing = threading.Thread(target=remove)
        removing.start()
        until(lambda: pusher.execute_sql("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone())
        pusher.execute_sql("INSERT INTO record VALUES (%s, 'r', 1, false, '', '{}', 0)", (account,))
    removing.join()
    assert answers == [200] and not Account.select().exists()


def test_no_table_holds_a_row_of_a_deleted_account(words, owner):
    downloads.count("0" * 64)
    assert all(table.select().count() for table in TABLES)
    owner.delete_account()
    left = {table.__name__: table.select().count() for table in TABLES}
    assert left.pop("Beat") == left.pop("ModelDownload") == 1 and set(left.values()) == {0}


def test_another_account_keeps_everything(owner, other):
    other.ask("POST", "/v1/sync", json={"records": [score(1)]})
    owner.delete_account()
    assert other.ask("GET", "/v1/sync").json["head"]["count"] == 1
    assert other.elsewhere().ask("GET", "/v1/account").status_code == 200


def test_nothing_opens_a_deleted_account_and_its_email_is_free_again(owner, guest, sign_up):
    tablet = owner.elsewhere()
    owner.delete_account()
    for person in (owner, tablet):
        assert person.ask("GET", "/v1/account").json["type"].endswith("invalid-token")
        refused = guest.ask("POST", "/v1/auth/refresh", json={"refresh_token": person.tokens["refresh_token"]})
        assert refused.json["type"].endswith("refresh-revoked")
    body = {"email": owner.email, "password": PASSWORD}
    assert guest.ask("POST", "/v1/auth/login", json=body).status_code == 401
    assert sign_up(owner.email).ask("GET", "/v1/sync").json["head"]["count"] == 0


def test_the_receipt_is_in_the_ledger_and_names_nobody(words, owner, config):
    receipt = owner.delete_account()
    assert receipt["records"] == 40  # tombstones count: their ids are kept too
    assert receipt["receipt"] in config.erasure_ledger.read_text()
    assert not set(receipt) & {"email", "account_id"} and owner.tokens["account_id"] not in str(receipt)
    assert config.erasure_ledger.stat().st_mode & 0o077 == 0


def test_a_deletion_that_fails_is_a_503_and_deletes_nothing(owner, config):
    fresh = owner.fresh()
    config.erasure_ledger.mkdir()
    answer = fresh.ask("DELETE", "/v1/account")
    assert answer.status_code == 503 and answer.json["type"].endswith("busy")
    assert owner.ask("GET", "/v1/account").status_code == 200


def test_a_log_kept_by_a_reader_is_emptied_at_the_next_look(words, owner, config, tmp_path):
    path = config.database_url.removeprefix("sqlite:///")
    database.execute_sql("PRAGMA busy_timeout=50")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM account").fetchall()
    owner.delete_account()
    assert found(tmp_path, words) and not erasure.settle()
    reader.execute("COMMIT")
    reader.close()
    assert erasure.settle() and found(tmp_path, words) == {}


def test_a_log_that_cannot_be_emptied_now_does_not_make_the_deletion_fail(words, owner, monkeypatch, tmp_path):
    def locked() -> bool:
        raise OperationalError("database is locked")

    with monkeypatch.context() as broken:
        broken.setattr(database.obj, "truncate_log", locked)
        assert owner.delete_account()["receipt"]
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
    beats.beat(beats.WORKER)
    monkeypatch.setattr(jobs, "require_worker", lambda: Account.delete().execute())
    photo = {"data": PNG, "content_type": "image/png"}
    overtaken = owner.ask("POST", "/v1/heatmaps", **photo)
    assert overtaken.status_code == 503 and overtaken.headers["Retry-After"]
    assert owner.ask("POST", "/v1/heatmaps", **photo).json["type"].endswith("invalid-token")
