"""A sync comes to its end, whatever the server answers, and keeps what it has."""

import json

import pytest

from sample_clients.python.http import ServerError
from sample_clients.python.sync import sync
from tests.client.helpers import score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

SPOILT = {
    "none": lambda verdicts: [],
    "in another order": lambda verdicts: verdicts[::-1],
    "one twice": lambda verdicts: [verdicts[0]] * 2,
}


@pytest.mark.parametrize("how", SPOILT)
def test_verdicts_for_other_records_end_the_push_and_settle_nothing(two, monkeypatch, how):
    store, server, wire = two[0]
    for _ in range(2):
        store.add(score())
    answered, pushes = wire.request, []

    def spoilt(method, url, **options):
        answer = answered(method, url, **options)
        if method == "POST" and url.endswith("/v1/sync"):
            pushes.append(answer)
            assert len(pushes) < 3, "the push goes on for ever"
            told = answer.json()
            answer._content = json.dumps(told | {"results": SPOILT[how](told["results"])}).encode()
        return answer

    with monkeypatch.context() as broken:
        broken.setattr(wire, "request", spoilt)
        with pytest.raises(ServerError, match="did not answer for every record: try again later"):
            sync(store, server)
    assert len(pushes) == 1 and store.unsent_count() == 2
    assert sync(store, server).complete and store.unsent_count() == 0


ENDLESS = {
    "without a cursor": ({}, 1),
    "with none": ({"next_cursor": None}, 1),
    "with one that is no text": ({"next_cursor": 7}, 1),
    "with one that stays": ({"next_cursor": "c"}, 2),
}


@pytest.mark.parametrize("how", ENDLESS)
def test_pages_that_do_not_come_to_an_end_end_the_pull(two, monkeypatch, how):
    store, server, wire = two[0]
    store.add(record := score())
    answered, pages, (end, asked) = wire.request, [], ENDLESS[how]
    page = {"records": [], "tombstones": [], "has_more": True, "head": None} | end

    def endless(method, url, **options):
        answer = answered(method, url, **options)
        if method == "GET" and url.endswith("/v1/sync"):
            pages.append(answer)
            assert len(pages) < 3, "the pull goes on for ever"
            answer.status_code, answer._content = 200, json.dumps(page).encode()
            answer.headers["Content-Type"] = "application/json"
        return answer

    with monkeypatch.context() as broken:
        broken.setattr(wire, "request", endless)
        with pytest.raises(ServerError, match="does not come to its end: try again later"):
            sync(store, server)
    assert len(pages) == asked and store.live() == [record]
    assert sync(store, server).complete
