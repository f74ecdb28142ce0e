"""A sync comes to its end, whatever the server answers, and keeps what it has."""

import pytest

from sample_clients.python.http import ServerError
from sample_clients.python.ids import second_id
from sample_clients.python.sync import sync
from tests.client.helpers import said, score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

UNANSWERED = "did not answer for every record: try again later"
OTHER_FORM = "otherwise than this client reads: update the client"
SPOILT = {
    "none": (lambda verdicts: [], UNANSWERED),
    "in another order": (lambda verdicts: verdicts[::-1], UNANSWERED),
    "one twice": (lambda verdicts: [verdicts[0]] * 2, UNANSWERED),
    "conflicts with another one's record": (
        lambda verdicts: [contested(one, id="another") for one in verdicts],
        UNANSWERED,
    ),
    "conflicts without the other record": (lambda verdicts: changed(verdicts, verdict="conflict"), OTHER_FORM),
    "conflicts with no record": (lambda verdicts: [contested(one, part=3, kind=7) for one in verdicts], OTHER_FORM),
    "without a verdict": (lambda verdicts: [{"id": one["id"], "seq": 1} for one in verdicts], OTHER_FORM),
    "with one for a later client": (lambda verdicts: changed(verdicts, verdict="later"), OTHER_FORM),
    "refused without a reason": (lambda verdicts: changed(verdicts, verdict="invalid", problem=None), OTHER_FORM),
    "refused by a nameless one": (lambda verdicts: changed(verdicts, verdict="invalid", problem={}), OTHER_FORM),
    "with a number as text": (lambda verdicts: changed(verdicts, seq="1"), OTHER_FORM),
    "a list in a list": (lambda verdicts: [verdicts], OTHER_FORM),
    "no list": (lambda verdicts: {}, OTHER_FORM),
}


def changed(verdicts, **fields):
    """The verdicts with other fields."""
    return [one | fields for one in verdicts]


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
            return said(told | {"results": change(told["results"])})
        return answer

    return spoilt, pushed


@pytest.mark.parametrize("how", SPOILT)
def test_verdicts_for_other_records_end_the_push_and_settle_nothing(two, monkeypatch, how):
    store, server, wire = two[0]
    for _ in range(2):
        store.add(score())
    change, sentence = SPOILT[how]
    spoilt, pushed = answering(wire, change)
    with monkeypatch.context() as broken:
        broken.setattr(wire, "request", spoilt)
        with pytest.raises(ServerError, match=sentence):
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


@pytest.mark.parametrize("kind", ["conflict", "created", "duplicate"])
def test_only_its_making_or_refusal_answers_a_delete(two, monkeypatch, kind):
    store, server, wire = two[0]
    store.add(record := score())
    sync(store, server)
    store.delete(record["id"])
    with monkeypatch.context() as broken:
        spoilt, _ = answering(wire, lambda verdicts: [contested(one) | {"verdict": kind} for one in verdicts])
        broken.setattr(wire, "request", spoilt)
        with pytest.raises(ServerError, match="did not answer for every record"):
            sync(store, server)
    assert store.live() == [] and store.unsent_count() == 1


HEAD = {"seq": 1, "count": 1, "xor": "0" * 16}
PAGE = {"records": [], "tombstones": [], "has_more": True, "next_cursor": "c", "head": HEAD}
ENDLESS = {
    "with a cursor that stays": (PAGE, 2, "does not come to its end: try again later"),
    "without a cursor": ({**PAGE, "next_cursor": None}, 1, OTHER_FORM),
    "with one that is no text": ({**PAGE, "next_cursor": 7}, 1, OTHER_FORM),
    "that do not say whether more follow": ({**PAGE, "has_more": None}, 1, OTHER_FORM),
    "with the head's numbers as text": ({**PAGE, "head": HEAD | {"count": "1"}}, 1, OTHER_FORM),
    "with the head in a list": ({**PAGE, "head": [HEAD]}, 1, OTHER_FORM),
    "with a record that has no kind": ({**PAGE, "records": [{"seq": 1, "record": {"id": "a"}}]}, 1, OTHER_FORM),
    "with a score without grades": ({**PAGE, "records": [{"seq": 1, "record": score(attributes=[])}]}, 1, OTHER_FORM),
    "with tombstones of numbers": ({**PAGE, "tombstones": [{"id": 7}]}, 1, OTHER_FORM),
    "that are lists": ([PAGE], 1, OTHER_FORM),
    "that are nested without end": ("[" * 100_000, 1, OTHER_FORM),
}


@pytest.mark.parametrize("how", ENDLESS)
def test_pages_that_lead_nowhere_end_the_pull(two, monkeypatch, how):
    store, server, wire = two[0]
    store.add(record := score())
    answered, pages, (page, asked, sentence) = wire.request, [], ENDLESS[how]

    def endless(method, url, **options):
        answer = answered(method, url, **options)
        if method == "GET" and url.endswith("/v1/sync"):
            pages.append(answer)
            assert len(pages) < 3, "the pull goes on for ever"
            return said(page)
        return answer

    with monkeypatch.context() as broken:
        broken.setattr(wire, "request", endless)
        with pytest.raises(ServerError, match=sentence):
            sync(store, server)
    assert len(pages) == asked and store.live() == [record]
    assert sync(store, server).complete
