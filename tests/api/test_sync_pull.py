"""Pages, cursors, the head and the 304: a reader misses nothing."""

import hashlib
import json
import threading
import time

import pytest

from api.database import database
from api.tables import SyncHead
from tests.api.helpers import score, uuid7
from tests.api.syncing import pull, push

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def test_pull_includes_deleted_scores(owner):
    push(owner, [score(1), score(2)])
    cursor = pull(owner).json["next_cursor"]
    push(owner, deletes=[uuid7(1)])
    page = pull(owner, cursor).json
    assert [item["id"] for item in page["tombstones"]] == [uuid7(1)]
    assert page["records"] == []


def test_the_cursor_is_exclusive_and_pages_by_limit(owner):
    push(owner, [score(n) for n in range(1, 8)])
    seen, cursor, pages = [], None, 0
    while True:
        page = pull(owner, cursor, limit=3).json
        seen += [item["record"]["id"] for item in page["records"]]
        cursor, pages = page["next_cursor"], pages + 1
        if not page["has_more"]:
            break
    assert seen == [uuid7(n) for n in range(1, 8)]
    assert pages == 3
    assert pull(owner, cursor).json["records"] == []


def test_head_counts_and_folds_the_live_records(owner):
    push(owner, [score(n) for n in range(1, 6)], [uuid7(2)])
    page = pull(owner).json
    folded = 0
    for item in page["records"]:
        text = json.dumps(item["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        folded ^= int(hashlib.sha256(text.encode()).hexdigest()[:16], 16)
    assert page["head"] == {"seq": 6, "count": 4, "xor": f"{folded:016x}"}


def test_a_cursor_of_another_epoch_is_gone(owner):
    push(owner, [score(1)])
    cursor = pull(owner).json["next_cursor"]
    SyncHead.update(epoch="restored").execute()
    answer = pull(owner, cursor)
    assert answer.status_code == 410
    assert answer.json["type"].endswith("cursor-expired")


def test_a_cursor_beyond_the_head_is_gone(owner):
    push(owner, [score(1)])
    cursor = pull(owner).json["next_cursor"]
    SyncHead.update(seq=0).execute()
    assert pull(owner, cursor).status_code == 410


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "eyJ2IjoxfQ"])
def test_a_forged_cursor_never_reaches_the_table(owner, cursor):
    assert pull(owner, cursor).status_code in (400, 410)


def test_a_polling_reader_misses_nothing_while_four_writers_push(app, owner):
    acknowledged, seen, done = set(), set(), threading.Event()
    header = {"Authorization": f"Bearer {owner.tokens['access_token']}"}

    def write(start: int) -> None:
        with app.test_client() as client:
            for first in range(start, start + 60, 3):
                batch = [score(n) for n in range(first, first + 3)]
                answer = client.post("/v1/sync", json={"records": batch}, headers=header)
                acknowledged.update(r["id"] for r in answer.json["results"] if r["verdict"] == "created")
        database.close()

    def read() -> None:
        cursor, last_look = "", False
        with app.test_client() as client:
            while not last_look:
                last_look = done.is_set()
                page = client.get(f"/v1/sync?limit=500&cursor={cursor}" if cursor else "/v1/sync", headers=header).json
                seen.update(item["record"]["id"] for item in page["records"])
                cursor, last_look = page["next_cursor"], last_look and not page["has_more"]
                time.sleep(0.002)
        database.close()

    writers = [threading.Thread(target=write, args=(1000 * n,)) for n in range(1, 5)]
    reader = threading.Thread(target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert len(acknowledged) == 240
    assert seen == acknowledged


def etag_of(person, **headers):
    return person.ask("GET", "/v1/sync?limit=2", headers=headers)


def test_a_client_that_has_everything_is_told_304(owner):
    push(owner, [score(1)])
    etag = etag_of(owner).headers["ETag"]
    again = etag_of(owner, **{"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Cache-Control"] == "private, no-store"


def test_anything_new_ends_the_304(owner):
    push(owner, [score(1)])
    etag = etag_of(owner).headers["ETag"]
    push(owner, deletes=[uuid7(1)])
    assert etag_of(owner, **{"If-None-Match": etag}).status_code == 200


def test_a_page_that_is_not_the_last_never_earns_a_304(owner):
    push(owner, [score(n) for n in range(1, 4)])
    first = etag_of(owner)
    assert first.json["has_more"] and etag_of(owner, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_304_needs_a_token_and_a_history_of_this_epoch(owner, guest):
    etag = etag_of(owner).headers["ETag"]
    assert etag_of(guest, **{"If-None-Match": etag}).status_code == 401
    SyncHead.update(epoch="restored").execute()
    assert etag_of(owner, **{"If-None-Match": etag}).status_code == 200


def test_a_star_is_no_proof_of_having_everything(owner):
    assert etag_of(owner, **{"If-None-Match": "*"}).status_code == 200
