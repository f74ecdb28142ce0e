"""The tables as `api.database` first had them: databases from before schemas were numbered are taken as they are."""

from typing import Any


def up(migrator: Any, database: Any) -> None:
    """Nothing to change: the number alone is new."""
