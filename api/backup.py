"""Backups: taken while the server runs, proven by reading them whole.

python -m api backup backups/monday.db     # from SQLite; photos and heatmaps never go into it

PostgreSQL has its own tool: `pg_dump -Fc --exclude-table-data='heatmap*'`.
"""

import argparse
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from api.config import Config, ConfigError
from api.engines import is_postgres, sqlite_path
from api.ledger import LedgerError
from api.records import fold

PHOTO_TABLES = ("heatmaplayer", "heatmapjob")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command `backup`."""
    raw = argparse.RawDescriptionHelpFormatter
    taking = commands.add_parser("backup", help="copy the database", description=__doc__, formatter_class=raw)
    taking.add_argument("file", type=Path)
    taking.set_defaults(
        run=lambda args: told(lambda config: f"{take(config.database_url, args.file)} records are in {args.file}")
    )


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
    try:
        _copy_without_photos(path, unfinished)
        counted = prove(unfinished)
        to_disk(unfinished)
        os.replace(unfinished, file)
    except sqlite3.Error as error:
        raise ConfigError(f"{path} cannot be copied to {file}: {error}") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return counted


def _copy_without_photos(path: Path, to: Path) -> None:
    with closing(sqlite3.connect(path)) as running, closing(private(to)) as copy:
        running.backup(copy)
        for table in PHOTO_TABLES:
            copy.execute(f"DELETE FROM {table}")
        copy.commit()
        copy.execute("VACUUM")  # what was deleted is not in the file any more
        copy.execute("PRAGMA journal_mode=DELETE")


def prove(file: Path) -> int:
    """Read a backup whole: pages, and that each account holds what its head counts; the number of live records."""
    if not file.exists():
        raise ConfigError(f"there is no backup {file}")
    try:
        with closing(reading(file)) as db:
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


def reading(file: Path) -> sqlite3.Connection:
    """A connection that changes nothing."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def private(file: Path) -> sqlite3.Connection:
    """A connection to a file that only its owner may read."""
    file.touch(mode=0o600)
    return sqlite3.connect(file)


def to_disk(file: Path) -> None:
    """Have a file and its name on the disk."""
    for path in (file, file.parent):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def told(act: Callable[[Config], object]) -> int:
    """Act and say what was done; 2 with a sentence where it cannot be."""
    try:
        print(act(Config.from_environment()))
    except (ConfigError, LedgerError, OSError) as error:
        print(f"api: {error}", file=sys.stderr)
        return 2
    return 0
