"""A sync comes to its end, whatever the server answers, and keeps what it has."""

import json

import pytest

from sample_clients.python.http import ServerError
from sample_clients.python.ids import second_id
from sample_clients.python.sync import sync
from tests.client.helpers import score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

SPOILT = {
    "none": lambda verdicts: [],
    "in another order": lambda verdicts: verdicts[::-1],
    "one twice": lambda verdicts: [verdicts[0]] * 2,
    "conflicts without the other record": lambda verdicts: [one | {"verdict": "conflict"} for one in verdicts],
    "conflicts with another one's record": lambda verdicts: [contested(one, id="another") for one in verdicts],
}


def contested(verdict, **changes):
    """The verdict as a conflict with a record of that id."""
    return verdict | {"verdict": "conflict", "seq": 1, "record": score(id=verdict["id"], part=3) | changes}


def answering(wire, change):
    """Another `request` of the wire, where a push finds its verdicts changed; what was pushed under which ids."""
    answered, pushed = wire.request, []

    def spoilt(method, url, **options):
        answer = answered(method, url, **options)
        if method == "POST" and url.endswith("/v1/sync"):
            pushed.append([one["id"] for one in options["json"]["records"]])
            assert len(pushed) < 9, "the push goes on for ever"
            told = answer.json()
            answer._content = json.dumps(told | {"results": change(told["results"])}).encode()
        return answer

    return spoilt, pushed


@pytest.mark.parametrize("how", SPOILT)
def test_verdicts_for_other_records_end_the_push_and_settle_nothing(two, monkeypatch, how):
    store, server, wire = two[0]
    for _ in range(2):
        store.add(score())
    spoilt, pushed = answering(wire, SPOILT[how])
    with monkeypatch.context() as broken:
        broken.setattr(wire, "request", spoilt)
        with pytest.raises(ServerError, match="did not answer for every record: try again later"):
            sync(store, server)
    assert len(pushed) == 1 and store.unsent_count() == 2
    assert sync(store, server).complete and store.unsent_count() == 0


def test_a_server_that_holds_another_record_under_every_id_ends_the_push(two, monkeypatch):
    store, server, wire = two[0]
    store.add(mine := score())
    spoilt, pushed = answering(wire, lambda verdicts: [contested(one) for one in verdicts])
    with monkeypatch.context() as broken:
        broken.setattr(wire, "request", spoilt)
        with pytest.raises(ServerError, match="another record under every id: try again later"):
            sync(store, server)
    copy = mine | {"id": second_id(mine)}
    assert pushed == [[mine["id"]], [copy["id"]]] and store.get(copy["id"]) == copy and store.unsent_count() == 1
    assert sync(store, server).complete and store.unsent_count() == 0


def test_a_conflict_is_no_answer_to_a_delete(two, monkeypatch):
    store, server, wire = two[0]
    store.add(record := score())
    sync(store, server)
    store.delete(record["id"])
    with monkeypatch.context() as broken:
        broken.setattr(wire, "request", answering(wire, lambda verdicts: [contested(one) for one in verdicts])[0])
        with pytest.raises(ServerError, match="did not answer for every record"):
            sync(store, server)
    assert store.live() == [] and store.unsent_count() == 1


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
