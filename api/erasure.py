"""Deleting an account so that it is gone: from tables, SQLite's free pages and log, and backups restored later."""

import logging
import threading
from typing import Any

from peewee import PeeweeException

from api import clock
from api.config import Config, current
from api.database import database, held, write_transaction
from api.ledger import Ledger, Reader
from api.tables import Account, Device, Record, SyncHead

# Set at the start too: a process that was killed between commit and truncation left the log full.
_log_is_full = threading.Event()
_log_is_full.set()


def erase(account: Account) -> dict[str, Any]:
    """Delete the account with all that refers to it, in one transaction; the receipt."""
    ledger = Ledger.of(current())
    with write_transaction():
        # A push locks in this order: the other way round each could wait for what the other holds.
        held(SyncHead.select().where(SyncHead.account == account)).first()
        records = Record.select().where(Record.account == account).count()
        ledger.note(account.id)
        account.delete_instance()  # the tables' foreign keys take everything along
    _log_is_full.set()
    settle()
    return {"receipt": ledger.receipt(account.id), "erased_at": clock.now(), "records": records}


def settle() -> bool:
    """Empty the database's log if something was deleted; False when a reader kept it, then it is tried again later."""
    if not _log_is_full.is_set():
        return True
    _log_is_full.clear()  # before the look: what another thread deletes meanwhile sets it again
    try:
        emptied = database.truncate_log()
    except PeeweeException:  # the rows are gone already, so the deletion must not seem to have failed
        logging.getLogger("skinscore").exception("the database's log could not be emptied yet")
        emptied = False
    if not emptied:
        _log_is_full.set()
    return emptied


def reapply(config: Config) -> dict[str, int]:
    """Delete again, from a restored database, whom the ledger names; how many accounts and device logins that were.

    Raises `ledger.LedgerError` before anything is changed.
    """
    reader = Ledger.of(config).reader()
    with write_transaction():
        erased = {"accounts": _delete_named(Account, reader), "device_logins": _delete_named(Device, reader)}
    _log_is_full.set()
    settle()
    return erased


def _delete_named(table: type[Account] | type[Device], reader: Reader) -> int:
    named = [row.id for row in table.select(table.id) if reader.names(row.id)]
    for identity in named:
        table.delete().where(table.id == identity).execute()
    return len(named)
