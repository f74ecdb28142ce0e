"""Schemas: a new database has today's; an older or a newer one is refused, an older one is brought up to date."""

import pytest

from api import database, migrate, schema
from api.config import ConfigError
from tests.api.helpers import score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def later(tmp_path, monkeypatch):
    """A program with one step more."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for step in schema.FOLDER.glob("0*.py"):
        (folder / step.name).write_text(step.read_text())
    more = "migrator.migrate(migrator.add_column('record', 'more', IntegerField(default=7)))"
    text = f"from peewee import IntegerField\n\n\ndef up(migrator, db):\n    {more}\n"
    (folder / "0099_more.py").write_text(text)
    monkeypatch.setattr(schema, "FOLDER", folder)


def push(person, n):
    return person.ask("POST", "/v1/sync", json={"records": [score(n)]}).status_code


def test_a_new_database_needs_no_migration(app, config):
    database.open_database(config.database_url)
    assert migrate.migrate(config.database_url, backed_up=True) == []


def test_an_older_database_is_refused_until_it_is_migrated(app, owner, config, request):
    assert push(owner, 1) == 200
    database.database.close()
    request.getfixturevalue("later")
    with pytest.raises(ConfigError, match="python -m api migrate"):
        database.open_database(config.database_url)
    assert migrate.migrate(config.database_url, backed_up=True) == ["0099_more"]
    database.open_database(config.database_url)
    assert database.database.execute_sql("SELECT more FROM record").fetchall() == [(7,)]
    database.database.close()


def test_a_newer_database_is_refused(later, app, config, monkeypatch, tmp_path):
    database.database.close()
    (schema.FOLDER / "0099_more.py").unlink()
    with pytest.raises(ConfigError, match="newer than this program"):
        database.open_database(config.database_url)


def test_a_database_from_before_schemas_were_numbered_is_taken_over(app, config):
    database.database.execute_sql(f"DROP TABLE {schema.HISTORY}")
    database.database.close()
    with pytest.raises(ConfigError, match="0001_first"):
        database.open_database(config.database_url)
    assert migrate.migrate(config.database_url, backed_up=True) == ["0001_first"]


def test_it_backs_up_first(app, owner, config, tmp_path):
    assert push(owner, 1) == 200
    database.database.close()
    if config.database_url.startswith("postgresql"):
        with pytest.raises(ConfigError, match="pg_dump"):
            migrate.migrate(config.database_url, backed_up=False)
    else:
        migrate.migrate(config.database_url, backed_up=False)
        assert len(list(tmp_path.glob("api.db.before-*"))) == 1
