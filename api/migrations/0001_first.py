"""From the tables of before schemas were numbered, which SQLite alone had, to those with recovery and kept consents.

Who has an account already gets a recovery code by PATCH /v1/account or `python -m api admin reset EMAIL`.
"""

import time
from typing import Any

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator: Any, database: Any) -> None:
    """New tables; a consent given before is written down as of now, since nobody kept when it was given."""

    class Account(Model):
        id = CharField(primary_key=True)
        consent_sync = IntegerField()
        consent_heatmap = IntegerField()

    class RecoveryCode(Model):
        account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
        code_hash = CharField()
        made_at = BigIntegerField()

    class ConsentChange(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        purpose = CharField()
        version = IntegerField()
        at = BigIntegerField()

    with database.bind_ctx([Account, RecoveryCode, ConsentChange]):
        database.create_tables([RecoveryCode, ConsentChange])
        for account in list(Account.select()):
            for purpose in ("sync", "heatmap"):
                if getattr(account, f"consent_{purpose}"):
                    ConsentChange.create(account=account, purpose=purpose, version=1, at=int(time.time()))
    migrator.migrate(migrator.alter_column_type("heatmapjob", "attributes", TextField()))
