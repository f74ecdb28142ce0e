"""Downloads of model files are counted."""

from typing import Any

from peewee import BigIntegerField, CharField, Model


def up(migrator: Any, database: Any) -> None:
    """An empty table."""

    class ModelDownload(Model):
        sha256 = CharField(primary_key=True)
        times = BigIntegerField()

    with database.bind_ctx([ModelDownload]):
        database.create_tables([ModelDownload])
