"""Fixtures of all rooms: the databases that the API runs on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Cluster, Missing


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server; skipped with its reason where there is none, which CI does not accept."""
    try:
        running = Cluster()
    except Missing as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))
    yield running
    running.close()


@pytest.fixture
def database_url(request, tmp_path: Path) -> str:
    """An empty SQLite file, or what the test's parameter names."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return request.getfixturevalue("cluster").database()
    return f"sqlite:///{tmp_path / 'api.db'}"
