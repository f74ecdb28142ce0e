"""The erasure ledger: who was erased stays erased in a database put back from a backup."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from api import erasure, ledger
from api.database import database
from api.tables import Account, Device
from tests.faults.erase import found


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
    owner.delete_account()
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
    owner.delete_account()
    restore()
    rotated = dataclasses.replace(config, refresh_key="n" * 32)
    with pytest.raises(ledger.LedgerError, match="REFRESH_KEY=new,old"):
        erasure.reapply(rotated)
    assert Account.select().count() == 1
    assert erasure.reapply(dataclasses.replace(rotated, old_refresh_keys=(config.refresh_key,)))["accounts"] == 1


def test_half_a_line_left_by_a_crash_spoils_no_other(config):
    book = ledger.Ledger.of(config)
    book.note("first")
    with config.erasure_ledger.open("a") as file:
        file.write(config.erasure_ledger.read_text().strip()[:-1])
    book.note("second")
    reader = book.reader()
    assert reader.names("first") and reader.names("second") and not reader.names("third")


def test_without_a_ledger_nothing_is_erased(owner, config):
    assert erasure.reapply(config) == {"accounts": 0, "device_logins": 0}
    assert Device.select().count() == 1


def test_ledgers_of_two_web_machines_put_together_are_one(owner, other, config, backup, tmp_path):
    take, restore = backup
    take()
    owner.delete_account()
    second = ledger.Ledger(tmp_path / "second machine", config.refresh_keys)
    second.note(other.tokens["account_id"])
    joined = tmp_path / "joined"
    joined.write_bytes(config.erasure_ledger.read_bytes() + second.path.read_bytes())
    restore()
    assert erasure.reapply(dataclasses.replace(config, erasure_ledger=joined))["accounts"] == 2
