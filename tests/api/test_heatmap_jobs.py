"""A heatmap's way from question to layers: computed once, seen by its owner alone, gone after a day."""

import json

import pytest

from api import clock, leases
from api.explanations import Explanation
from api.tables import HeatmapJob
from tests.api.heatmaps import ask, explain, work_once
from tests.api.helpers import PNG

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def test_a_job_goes_from_queued_to_its_layers(owner, alive):
    asked = ask(owner)
    assert asked.status_code == 202 and asked.headers["Location"] == f"/v1/heatmaps/{asked.json['id']}"
    work_once()
    looked = owner.ask("GET", asked.headers["Location"]).json
    assert looked["status"] == "succeeded" and set(looked["result"]["attributes"]) == {"oil", "wrinkle"}
    layer = owner.ask("GET", looked["result"]["attributes"]["oil"]["href"])
    assert layer.data == b"png" and "no-store" in layer.headers["Cache-Control"]


def test_the_same_request_is_computed_once(owner, alive):
    first, second = ask(owner).json, ask(owner).json
    assert first["id"] == second["id"] and HeatmapJob.select().count() == 1


def test_two_people_with_the_same_photo_have_two_jobs(owner, other, alive):
    assert ask(owner).json["id"] != ask(other).json["id"]


def test_a_foreign_job_is_not_found(owner, other, alive):
    place = ask(owner).headers["Location"]
    for method in ("GET", "DELETE"):
        assert other.ask(method, place).status_code == 404
    assert owner.ask("GET", place).status_code == 200


@pytest.mark.parametrize("change", [{"method": "layercam"}, {"detail": "2x"}, {"attributes": "oil"}])
def test_another_question_about_the_same_photo_is_another_job(owner, alive, change):
    ids = {ask(owner).json["id"], ask(owner, **change).json["id"], ask(owner, **change).json["id"]}
    assert len(ids) == 2


def test_the_worker_is_told_method_and_detail(owner, alive):
    ask(owner, method="eigencam", detail="4x", attributes="wrinkle")
    told = []
    work_once(lambda asked: told.extend(asked) or explain(asked))
    assert [(one.method, one.detail, one.attributes, one.photo) for one in told] == [("eigencam", 4, ["wrinkle"], PNG)]


def test_the_queue_holds_ids_and_nothing_else(app, owner, alive):
    asked = ask(owner).json["id"]
    assert [bytes(item) for item in app.extensions["doorbell"].queue.enqueued_items()] == [asked.encode()]


def test_results_expire_after_a_day(owner, alive, monkeypatch):
    place = ask(owner).headers["Location"]
    work_once()
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + leases.RESULT_SECONDS + 1)
    leases.reap()
    assert HeatmapJob.select().count() == 0
    assert place


def test_a_score_by_another_model_is_labelled(owner, alive, model_dir):
    place = ask(owner).headers["Location"]
    bundle = json.loads((model_dir / "bundle.json").read_text())
    mine = {key: bundle[key] for key in ("name", "version", "sequence")}
    work_once(lambda asked: [Explanation({"model": mine, "attributes": {}}, {"oil": b"png"})])
    same = bundle["files"][0]["parts"][0]["sha256"]
    told = {who: owner.ask("GET", f"{place}?graded_by={who}").json["result"] for who in (same, "f" * 64)}
    assert told[same]["score_by_another_model"] is False and "label" not in told[same]
    assert told["f" * 64]["score_by_another_model"] is True and "not on this server" in told["f" * 64]["label"]
    assert "score_by_another_model" not in owner.ask("GET", place).json["result"]


def test_a_result_that_names_no_model_is_told_apart_from_every_score(owner, alive, model_dir):
    place = ask(owner).headers["Location"]
    work_once()
    known = json.loads((model_dir / "bundle.json").read_text())["files"][0]["parts"][0]["sha256"]
    for who in (known, "f" * 64):
        told = owner.ask("GET", f"{place}?graded_by={who}").json["result"]
        assert told["score_by_another_model"] is True and "explain a model that is not on" in told["label"]
