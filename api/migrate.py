"""Bring the tables of an existing database up to date.

python -m api migrate                # with server and worker stopped; backs up beside the database first
"""

import argparse
import sys
import time

from peewee import Database
from playhouse.migrations import MigrationError

from api import backup, schema, served
from api.config import Config, ConfigError
from api.engines import engine, is_postgres, sqlite_path


def migrate(url: str, backed_up: bool) -> list[str]:
    """Apply what is lacking; the names of the steps. Raises `ConfigError`."""
    opened = engine(url)
    if is_postgres(url):
        if not backed_up:
            raise ConfigError("back up first: pg_dump -Fc; then run python -m api migrate --backed-up")
        return _apply(opened)
    path = sqlite_path(url)
    with served.lock(url):
        if not backed_up:
            backup.take(url, path.with_name(f"{path.name}.before-{time.strftime('%Y%m%dT%H%M%S')}"))
        return _apply(opened)


def _apply(opened: Database) -> list[str]:
    with opened.connection_context():
        if schema.is_new(opened):
            raise ConfigError("the database is empty: python -m api serve makes its tables")
        try:
            return schema.runner(opened).up()
        except MigrationError as error:
            raise ConfigError(str(error)) from None


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command `migrate`."""
    raw = argparse.RawDescriptionHelpFormatter
    migrating = commands.add_parser(
        "migrate", help="bring the tables up to date", description=__doc__, formatter_class=raw
    )
    migrating.add_argument("--backed-up", action="store_true", help="there is a backup already: take none")
    migrating.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Migrate and say what was done; 2 with a sentence where it cannot be."""
    try:
        done = migrate(Config.from_environment().database_url, args.backed_up)
    except (ConfigError, OSError) as error:
        print(f"api: {error}", file=sys.stderr)
        return 2
    print(f"applied: {', '.join(done) or 'nothing, the tables are up to date'}")
    return 0
