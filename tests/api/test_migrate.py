"""Schemas: a new database has today's; an older or a newer one is refused, an older one is brought up to date."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api import database, migrate, schema
from api.config import ConfigError
from api.tables import TABLES, ConsentChange, SyncHead
from tests.api.helpers import score

UNNUMBERED = Path(__file__).with_name("unnumbered.sql")
ROWS = """
INSERT INTO account VALUES ('a', 'me@example.org', 'hash', 1, 1, 0);
INSERT INTO device VALUES ('d', 'a', '', '', 1, 1, 1, 1, 0);
INSERT INTO synchead VALUES ('a', 'epoch', 1, 1, '00000000000000aa');
INSERT INTO record VALUES ('a', 'r', 1, 0, '00000000000000aa', '{}', 1);
INSERT INTO record VALUES ('a', 's', 2, 1, '', '', 1);
INSERT INTO heatmapjob VALUES ('j', 'a', 'k', 'oil', 'queued', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO heatmaplayer VALUES ('j', 'oil', x'00');
INSERT INTO workerbeat VALUES (1, 1);
"""
on_both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


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


def shape(db):
    """Columns, indexes and references of every table."""
    tables = sorted(db.get_tables())
    listed = (db.get_columns, db.get_indexes, db.get_foreign_keys)
    return [(table, *(sorted(map(repr, of(table))) for of in listed)) for table in tables]


def push(person, n):
    return person.ask("POST", "/v1/sync", json={"records": [score(n)]}).status_code


@on_both
def test_a_new_database_needs_no_migration(app, config):
    database.open_database(config.database_url)
    assert migrate.migrate(config.database_url, backed_up=True) == []


@on_both
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


@on_both
def test_a_newer_database_is_refused(later, app, config, monkeypatch, tmp_path):
    database.database.close()
    (schema.FOLDER / "0099_more.py").unlink()
    with pytest.raises(ConfigError, match="newer than this program"):
        database.open_database(config.database_url)


def test_a_database_from_before_schemas_were_numbered_becomes_as_a_new_one_and_loses_no_row(app, config, tmp_path):
    fresh = shape(database.database)
    database.database.close()
    url = f"sqlite:///{tmp_path / 'unnumbered.db'}"
    with closing(sqlite3.connect(tmp_path / "unnumbered.db")) as db:
        db.executescript(UNNUMBERED.read_text())
        db.executescript(ROWS)
    with pytest.raises(ConfigError, match="0001_first"):
        database.open_database(url)
    assert migrate.migrate(url, backed_up=False) == sorted(step.stem for step in schema.FOLDER.glob("0*.py"))
    database.open_database(url)
    assert shape(database.database) == fresh
    agreed = [(row.account_id, row.purpose, row.version) for row in ConsentChange.select()]
    assert agreed == [("a", "sync", 1)]
    kept = {table.__name__: table.select().count() for table in TABLES}
    assert kept == dict.fromkeys(kept, 1) | {"RecoveryCode": 0, "Record": 2, "ModelDownload": 0}
    assert (SyncHead.get().count, SyncHead.get().tombstones) == (1, 1)
    database.database.close()


@on_both
def test_it_backs_up_first(app, owner, config, tmp_path):
    assert push(owner, 1) == 200
    database.database.close()
    if config.database_url.startswith("postgresql"):
        with pytest.raises(ConfigError, match="pg_dump"):
            migrate.migrate(config.database_url, backed_up=False)
    else:
        migrate.migrate(config.database_url, backed_up=False)
        assert len(list(tmp_path.glob("api.db.before-*"))) == 1
