"""Backups: taken while the server runs, proven by reading them whole, restored under a new epoch.

python -m api backup backups/monday.db     # from SQLite; photos and heatmaps never go into it
python -m api restore backups/monday.db    # with server and worker stopped; the database of now is kept beside

After a restore every device is told 410, pulls from nothing and sends again what the backup lacks. PostgreSQL has its
own tools: `pg_dump -Fc --exclude-table-data='heatmap*'`, `pg_restore`, then `python -m api restore` without a file.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from api import served
from api.config import Config, ConfigError
from api.database import SyncHead, database, open_database, write_transaction
from api.engines import is_postgres, sqlite_path
from api.records import fold

PHOTO_TABLES = ("heatmaplayer", "heatmapjob")


def add_parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands `backup` and `restore`."""
    raw = argparse.RawDescriptionHelpFormatter
    taking = commands.add_parser("backup", help="copy the database", description=__doc__, formatter_class=raw)
    taking.add_argument("file", type=Path)
    taking.set_defaults(run=lambda args: _told(lambda url: f"{take(url, args.file)} records are in {args.file}"))
    giving = commands.add_parser("restore", help="put a backup back", description=__doc__, formatter_class=raw)
    giving.add_argument("file", type=Path, nargs="?", help="left out after pg_restore, which put it back already")
    giving.set_defaults(run=lambda args: _told(lambda url: restore(url, args.file)))


def take(url: str, file: Path) -> int:
    """Copy a running SQLite database to `file`; the number of records in it. Raises `ConfigError`."""
    if is_postgres(url):
        raise ConfigError(f"PostgreSQL is backed up by: pg_dump -Fc --exclude-table-data='heatmap*' -f {file} DATABASE")
    path = sqlite_path(url)
    if not path.exists():
        raise ConfigError(f"there is no database at {path}: set DATABASE_URL")
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as running, closing(_private(unfinished)) as copy:
        running.backup(copy)
        for table in PHOTO_TABLES:
            copy.execute(f"DELETE FROM {table}")
        copy.commit()
        copy.execute("VACUUM")  # what was deleted is not in the file any more
        copy.execute("PRAGMA journal_mode=DELETE")
    counted = prove(unfinished)
    _to_disk(unfinished)
    os.replace(unfinished, file)
    return counted


def restore(url: str, file: Path | None) -> str:
    """Put a backup in the place of the database, under a new epoch; what was done. Raises `ConfigError`."""
    if file is None:
        return _begin_new_epochs(url)
    if is_postgres(url):
        raise ConfigError("put a PostgreSQL backup back by pg_restore, then run: python -m api restore")
    prove(file)
    path = sqlite_path(url)
    with served.lock(url):
        unfinished = path.with_name(path.name + ".unfinished")
        shutil.copyfile(file, unfinished)
        os.chmod(unfinished, 0o600)
        with closing(sqlite3.connect(unfinished)) as copy:
            copy.execute("UPDATE synchead SET epoch = lower(hex(randomblob(16)))")
            copy.commit()
        _to_disk(unfinished)
        kept = _set_aside(path)
        os.replace(unfinished, path)
    return f"{path} is the backup now; " + (f"what it was is in {kept}, delete it when all is well" if kept else "")


def prove(file: Path) -> int:
    """Read a backup whole: pages, and that each account holds what its head counts; the number of live records."""
    if not file.exists():
        raise ConfigError(f"there is no backup {file}")
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            (said,) = db.execute("PRAGMA integrity_check").fetchone()
            heads = db.execute("SELECT account_id, count, xor FROM synchead").fetchall()
            found: dict[str, tuple[int, str]] = {account: (0, "0" * 16) for account, _, _ in heads}
            for account, hashed in db.execute("SELECT account_id, content_hash FROM record WHERE NOT tombstone"):
                count, xor = found[account]
                found[account] = (count + 1, fold(xor, hashed))
    except (sqlite3.Error, KeyError) as error:
        raise ConfigError(f"{file} is no backup of a SkinScore database: {error}") from None
    if said != "ok" or any(found[account] != (count, xor) for account, count, xor in heads):
        raise ConfigError(f"{file} is damaged ({said}): take another backup")
    return sum(count for count, _ in found.values())


def _set_aside(path: Path) -> Path | None:
    """Keep the database of now under another name."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("PRAGMA journal_mode=DELETE")
    kept = path.with_name(f"{path.name}.before-{time.strftime('%Y%m%dT%H%M%S')}-{uuid.uuid4().hex[:4]}")
    os.replace(path, kept)
    return kept


def _begin_new_epochs(url: str) -> str:
    """Devices compare by epoch: after a restore none may go on as if nothing had happened."""
    open_database(url)
    with database.connection_context(), write_transaction():
        heads = list(SyncHead.select())
        for head in heads:
            SyncHead.update(epoch=uuid.uuid4().hex).where(SyncHead.account == head.account).execute()
    return f"{len(heads)} histories begin a new epoch: devices send again what this database lacks"


def _private(file: Path) -> sqlite3.Connection:
    file.touch(mode=0o600)
    return sqlite3.connect(file)


def _to_disk(file: Path) -> None:
    for path in (file, file.parent):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def _told(act: Callable[[str], object]) -> int:
    try:
        print(act(Config.from_environment().database_url))
    except (ConfigError, OSError) as error:
        print(f"api: {error}", file=sys.stderr)
        return 2
    return 0
