"""Which schema a database has: peewee's migrations, one file a step in api/migrations.

A new database gets the tables of today and every step's number. A process refuses a database that lacks a step, or has
one that it does not know: a program that writes to tables it does not understand loses what it does not see.
"""

from pathlib import Path

from peewee import Database
from playhouse.migrations import Runner

from api.config import ConfigError

FOLDER = Path(__file__).parent / "migrations"
HISTORY = "schema_migration"


def runner(database: Database) -> Runner:
    """The steps of this program, and those that the database has."""
    return Runner(database, str(FOLDER), table_name=HISTORY)


def is_new(database: Database) -> bool:
    """Whether nothing of ours is in it yet."""
    return "account" not in database.get_tables()


def require_known(database: Database) -> None:
    """Raises `ConfigError` unless the database has exactly the steps of this program."""
    steps = runner(database).status()
    if unknown := [step.name for step in steps if step.path is None]:
        raise ConfigError(f"the database is newer than this program ({', '.join(unknown)}): install the newer one")
    if lacking := [step.name for step in steps if step.applied is None]:
        raise ConfigError(f"the database is older than this program ({', '.join(lacking)}): run python -m api migrate")
