"""A photo leaves no trace: not in database, log of the database, queue, temporary files, logs, or results."""

import contextlib
import io
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import psycopg
import pytest
from PIL import Image

from tests.servers import web_process
from tests.workers import Asker, fresh_photo, worker_process

MARKER = "a-telling-marker-in-pixels-and-metadata"
PATIENCE = 60  # s


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_no_byte_of_a_photo_is_left_after_answer_failure_cancel_and_timeout(
    database_url, tmp_path, monkeypatch, request
):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    places = [tmp_path]
    if database_url.startswith("postgresql"):
        places.append(request.getfixturevalue("cluster").folder)
    rng = np.random.default_rng(5)
    photos = {name: fresh_photo(rng, f"{MARKER}-{name}") for name in ("answered", "failed", "cancelled", "late")}
    photos["failed"] = photos["failed"][:60_000]
    with web_process(tmp_path, database_url) as server:
        with worker_process(server.environment, tmp_path / "worker.log") as worker:
            person = Asker(f"http://127.0.0.1:{server.port}", "me@example.org")
            answered, failed = (person.explained(photos[name]) for name in ("answered", "failed"))
            assert (answered["status"], failed["status"]) == ("succeeded", "failed")
            worker.kill()
            waiting = {name: person.ask(photos[name]).json()["id"] for name in ("cancelled", "late")}
            assert rows_with_photo(database_url) == 2
            assert person.forget(waiting["cancelled"]) == 204
            run(database_url, "UPDATE heatmapjob SET created_at = created_at - 600")
            until(lambda: rows_with_photo(database_url) == 0)  # the web process sees to it
            assert person.look(waiting["late"])["status"] == "failed"
            layers = [person.session.get(person.url + path, timeout=60).content for path in pictures(answered)]
        assert not traces(places)  # while the web process runs: SQLite's log is not emptied yet
    assert not traces(places)
    assert len(layers) == 6 and not any(MARKER.encode() in raw for png in layers for raw in (png, pixels(png)))


def test_the_search_finds_what_is_there(tmp_path):
    photo = fresh_photo(np.random.default_rng(5), MARKER)
    assert MARKER.encode() in pixels(photo)
    (tmp_path / "metadata").write_bytes(photo[:200])
    (tmp_path / "pixels").write_bytes(pixels(photo))
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.execute("CREATE TABLE kept (photo BLOB)")
        db.execute("INSERT INTO kept VALUES (?)", [photo])
        db.commit()
    assert {file.name for file in traces([tmp_path])} == {"metadata", "pixels", "a.db"}


def pictures(answered: dict) -> list[str]:
    result = answered["result"]
    return [result["legend_href"], *(one["href"] for one in result["attributes"].values())]


def traces(places: list[Path]) -> list[Path]:
    """Files that hold a marker."""
    found = []
    for file in (file for place in places for file in place.rglob("*") if file.is_file()):
        with contextlib.suppress(FileNotFoundError):
            if MARKER.encode() in file.read_bytes():
                found.append(file)
    return found


def pixels(png: bytes) -> bytes:
    return Image.open(io.BytesIO(png)).tobytes()


def run(url: str, statement: str) -> list[tuple]:
    """Rows of a statement, besides the server."""
    opened = psycopg.connect(url) if url.startswith("postgresql") else sqlite3.connect(url.partition(":///")[2])
    with closing(opened) as db:
        cursor = db.execute(statement)
        db.commit()
        return cursor.fetchall() if cursor.description else []


def rows_with_photo(url: str) -> int:
    return run(url, "SELECT count(*) FROM heatmapjob WHERE photo IS NOT NULL")[0][0]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)
