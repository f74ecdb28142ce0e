"""Answers of a server that are JSON, and not what was asked for: one sentence, and nothing of them is used."""

import pytest

from sample_clients.python import heatmaps
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError
from tests.client.helpers import said

LAYER = {"href": "/v1/heatmaps/j/oil.png", "grade": 1, "area_share_e4": 2}
JOB = {"id": "j", "status": "succeeded", "result": {"attributes": {"oil": LAYER}}}
TEXT = {"version": 1, "text": "Agree?"}


@pytest.fixture
def client(tmp_path):
    """Somebody signed in, whose server answers every request by `answers` of its session."""
    held = Client(tmp_path / "none", tmp_path / "home", "https://server")
    held.server._access = "a token"
    yield held
    held.store.close()


def answering(client: Client, answer) -> None:
    client.server.session.request = lambda *_, **__: said(answer)  # type: ignore[method-assign]


JOBS = {
    "a list": [JOB],
    "no id": JOB | {"id": None},
    "a status that is a number": JOB | {"status": 7},
    "attributes in a list": JOB | {"result": {"attributes": [LAYER]}},
    "a layer without an address": JOB | {"result": {"attributes": {"oil": {"grade": 1, "area_share_e4": 2}}}},
    "an area as text": JOB | {"result": {"attributes": {"oil": LAYER | {"area_share_e4": "2"}}}},
    "an attribute that leads out of a folder": JOB | {"result": {"attributes": {"../oil": LAYER}}},
    "a problem that is a text": {"id": "j", "status": "failed", "problem": "no"},
}


@pytest.mark.parametrize("how", JOBS)
def test_a_heatmap_of_another_form_is_not_used(client, how):
    answering(client, JOBS[how])
    with pytest.raises(ServerError, match="otherwise than this client reads: update the client"):
        heatmaps.explained(client.server, b"png", "0" * 64)


@pytest.mark.parametrize("more", [{"result": None}, {"status": "failed"}, {"status": "failed", "problem": {}}])
def test_a_photo_that_was_not_explained_is_told_as_such(client, more):
    answering(client, JOB | more)
    with pytest.raises(ServerError, match="the photo could not be explained"):
        heatmaps.explained(client.server, b"png", "0" * 64)


def test_a_heatmap_as_it_should_be_brings_its_layers(client):
    answering(client, JOB)
    assert set(heatmaps.explained(client.server, b"png", "0" * 64).layers) == {"oil"}


@pytest.mark.parametrize("texts", [{}, [], {"sync": "Agree?"}, {"sync": TEXT | {"version": "1"}}, {"heatmap": TEXT}])
def test_a_consent_without_its_text_is_not_asked_for(client, texts):
    answering(client, {"consent_texts": texts})
    with pytest.raises(ServerError, match="otherwise than this client reads"):
        client.consent_text("sync")
