"""How many tombstones a history has, so that no client can make it grow without an end."""

from typing import Any

from peewee import BigIntegerField

COUNT = """
    UPDATE synchead SET tombstones =
    (SELECT count(*) FROM record AS r WHERE r.account_id = synchead.account_id AND r.tombstone)"""


def up(migrator: Any, database: Any) -> None:
    """A column, counted once."""
    migrator.migrate(migrator.add_column("synchead", "tombstones", BigIntegerField(default=0)))
    database.execute_sql(COUNT)
