"""Where a trouble happens."""

from dataclasses import dataclass
from pathlib import Path

from tests.postgres import Cluster


@dataclass
class Place:
    """Where a scene plays: a folder, and a PostgreSQL cluster where that is the database."""

    scratch: Path
    cluster: Cluster | None = None

    def url(self, folder: Path | None = None) -> str:
        """A new database."""
        return self.cluster.database() if self.cluster else f"sqlite:///{folder or self.scratch}/scene.db"
