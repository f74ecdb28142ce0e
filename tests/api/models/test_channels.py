"""What a published channel may say, and how a model is withdrawn."""

import json

import pytest

from api.models import held
from mobile_export import sign
from mobile_export.signing import DEVELOPMENT_KEY
from tests.api.models.conftest import live
from tests.client.small_bundle import channel, sha256_of

CHANNELS = {
    "expired": ({"number": 3, "age": 15}, "expired"),
    "not newer": ({"number": 2}, "does not rise above 2"),
    "older": ({"number": 1}, "does not rise above 2"),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_that_apps_would_refuse_is_refused_and_its_bundle_with_it(run, bundles, place, name):
    channel(bundles[1], 2)
    assert run("publish", bundles[1])[0] == 0
    terms, sentence = CHANNELS[name]
    channel(bundles[2], **terms)
    status, said = run("publish", bundles[2])
    assert status == 2 and sentence in said and live(place) == [1] and held.channel(place)["sequence"] == 2


def test_going_back_must_be_said(run, bundles, place):
    assert run("publish", bundles[1])[0] == 0
    channel(bundles[2], 1)
    assert run("publish", bundles[2])[0] == 0
    channel(bundles[2], 2, names=bundles[1])
    status, said = run("publish", bundles[2])
    assert status == 2 and "--rollback-to" in said and held.channel(place)["sequence"] == 1
    words = ["channel", str(bundles[2]), "--key", str(DEVELOPMENT_KEY), "--rollback-to", str(bundles[1])]
    assert sign.main([*words, "--revoke", str(bundles[2]), "--rollout", "10"]) == 0
    assert run("publish", bundles[2])[0] == 0
    said = held.channel(place)
    assert said["bundle_sha256"] == sha256_of(bundles[1]) and said["revoked"] == [sha256_of(bundles[2])]
    assert held.current(place).data["sequence"] == 1


def test_a_channel_that_names_a_bundle_elsewhere_is_refused(run, bundles, place):
    channel(bundles[1], 1, names=bundles[2])
    status, said = run("publish", bundles[1])
    assert status == 2 and "does not offer: publish it first" in said and live(place) == []


def test_what_is_withdrawn_is_not_served_nor_published_again_but_still_understood(run, bundles, place, app, guest):
    channel(bundles[1], 1)
    assert run("publish", bundles[1])[0] == 0
    app.extensions["skinscore"] = type("Settings", (), {"model_dir": place})()
    sha256 = sha256_of(bundles[1])
    with guest.ask("GET", f"/v1/models/bundles/{sha256}") as answer:
        assert answer.status_code == 200
    status, said = run("withdraw", "1")
    assert status == 0 and "the channel still names it" in said
    part = json.loads((bundles[1] / "bundle.json").read_text())["files"][0]["parts"][0]
    for path in (f"bundles/{sha256}", f"bundles/{sha256}/signature", f"files/{part['sha256']}"):
        assert guest.ask("GET", f"/v1/models/{path}").status_code == 404
    with app.test_request_context():
        assert held.graded_parts(held.held(place)[0].named) is not None
    assert "was withdrawn" in run("publish", bundles[1])[1]
    assert run("publish", bundles[2])[0] == 0 and "withdrawn" in run("list")[1]
