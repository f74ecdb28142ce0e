"""Put a backup back: under a new epoch, and without those who were erased since.

python -m api restore backups/monday.db    # with server and worker stopped; the database of now is kept beside
python -m api restore                      # after pg_restore, which put a PostgreSQL backup back already

Every device is told 410, pulls from nothing and sends again what the backup lacks. Whom the erasure ledger names is
deleted again before anyone is served, and needs the REFRESH_KEY under which it was written.
"""

import argparse
import os
import sqlite3
import time
import uuid
from contextlib import closing
from pathlib import Path

from api import erasure, served
from api.backup import private, prove, reading, to_disk, told
from api.config import Config, ConfigError
from api.database import database, open_database, write_transaction
from api.engines import engine, is_postgres, sqlite_path
from api.tables import SyncHead


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command `restore`."""
    raw = argparse.RawDescriptionHelpFormatter
    giving = commands.add_parser("restore", help="put a backup back", description=__doc__, formatter_class=raw)
    giving.add_argument("file", type=Path, nargs="?", help="left out after pg_restore")
    giving.set_defaults(run=lambda args: told(lambda config: restore(config, args.file)))


def restore(config: Config, file: Path | None) -> str:
    """Put a backup in the place of the database; what was done. Raises `ConfigError` or `ledger.LedgerError`."""
    url = config.database_url
    if file is None:
        if not is_postgres(url):
            raise ConfigError("name the backup: python -m api restore FILE")
        return _begin_new_epochs(config)
    if is_postgres(url):
        raise ConfigError("put a PostgreSQL backup back by pg_restore, then run: python -m api restore")
    prove(file)
    path = sqlite_path(url)
    unfinished = path.with_name(path.name + ".unfinished")
    with served.lock(url):
        try:
            erased = _prepare(config, file, unfinished)
            kept = _set_aside(path)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
            database.initialize(engine(url))
    aside = f"; what it was is in {kept}, delete it when all is well" if kept else ""
    return f"{path} is the backup now{erased}{aside}"


def _prepare(config: Config, file: Path, unfinished: Path) -> str:
    """A copy of the backup that may be served as it is."""
    with closing(reading(file)) as held, closing(private(unfinished)) as copy:
        held.backup(copy)  # with what stands in a log beside the file, which a copy of the file alone would lose
        copy.execute("UPDATE synchead SET epoch = lower(hex(randomblob(16)))")
        copy.commit()
    erased = _erase_again(config, f"sqlite:///{unfinished}")
    to_disk(unfinished)
    return erased


def _erase_again(config: Config, url: str) -> str:
    """A backup may be of an older schema, which `migrate` brings up to date later: only ids are read here."""
    database.initialize(engine(url))
    with database.connection_context():
        again = erasure.reapply(config)
    return f" without {again['accounts']} accounts and {again['device_logins']} device logins that were ended since"


def _set_aside(path: Path) -> Path | None:
    """Keep the database of now under another name; a damaged one as it is, with its log."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise ConfigError(f"{path} is in use ({error}): stop server and worker") from None
    except sqlite3.DatabaseError:
        pass  # damaged: that is what a backup is put back for
    kept = path.with_name(f"{path.name}.before-{time.strftime('%Y%m%dT%H%M%S')}-{uuid.uuid4().hex[:4]}")
    for tail in ("-wal", "-shm", ""):  # a log left behind would be read into the backup
        if (part := Path(f"{path}{tail}")).exists():
            os.replace(part, f"{kept}{tail}")
    return kept


def _begin_new_epochs(config: Config) -> str:
    """Devices compare by epoch: after a restore none may go on as if nothing had happened."""
    open_database(config.database_url)
    erased = _erase_again(config, config.database_url)
    with database.connection_context(), write_transaction():
        heads = list(SyncHead.select())
        for head in heads:
            SyncHead.update(epoch=uuid.uuid4().hex).where(SyncHead.account == head.account).execute()
    return f"{len(heads)} histories begin a new epoch{erased}: devices send again what this database lacks"
