"""Whose signature is accepted: trusted keys alone, and outside development never the public one."""

import json

import pytest

from api.models import held
from mobile_export import sign
from mobile_export.signing import SigningKey, make_key
from tests.api.models.conftest import live
from tests.client import small_bundle
from tests.client.small_bundle import DEVELOPMENT, channel


def test_an_unknown_key_is_refused(run, bundles, place, tmp_path):
    small_bundle.sign(bundles[1], 1, make_key(tmp_path, "stranger"))
    status, said = run("publish", bundles[1])
    assert status == 2 and "signed by 'stranger', which is not a trusted key" in said and live(place) == []


@pytest.mark.parametrize("renamed", ["DEVELOPMENT-ONLY", "ops-2026"])
def test_the_development_key_is_refused_outside_development_whatever_its_name(
    run, bundles, place, monkeypatch, renamed, tmp_path
):
    key = SigningKey(renamed, DEVELOPMENT.private)
    small_bundle.sign(bundles[1], 1, key)
    (tmp_path / "keys.json").write_text(json.dumps({renamed: key.public}))
    monkeypatch.setenv("SKINSCORE_ENV", "production")
    status, said = run("publish", bundles[1], "--trusted-keys", tmp_path / "keys.json")
    assert status == 2 and "whose private half is public" in said and live(place) == []


def test_a_channel_by_the_development_key_is_refused_too(run, bundles, place, monkeypatch, tmp_path):
    own = make_key(tmp_path, "ops")
    small_bundle.sign(bundles[1], 1, own)
    channel(bundles[1], 1)
    (tmp_path / "keys.json").write_text(json.dumps({"ops": own.public, DEVELOPMENT.key_id: DEVELOPMENT.public}))
    monkeypatch.setenv("SKINSCORE_ENV", "production")
    status, said = run("publish", bundles[1], "--trusted-keys", tmp_path / "keys.json")
    assert status == 2 and "whose private half is public" in said and live(place) == []
    channel(bundles[1], 1, key=own)
    assert run("publish", bundles[1], "--trusted-keys", tmp_path / "keys.json")[0] == 0


def test_production_asks_for_the_keys_that_apps_trust(run, bundles, place, monkeypatch):
    monkeypatch.setenv("SKINSCORE_ENV", "production")
    status, said = run("publish", bundles[1])
    assert status == 2 and "--trusted-keys" in said


def test_a_second_signature_takes_the_place_of_the_first(run, bundles, place, tmp_path):
    second = make_key(tmp_path, "standby")
    (tmp_path / "keys.json").write_text(json.dumps({DEVELOPMENT.key_id: DEVELOPMENT.public, "standby": second.public}))
    assert run("publish", bundles[1])[0] == 0
    assert sign.main(["bundle", str(bundles[1]), "--key", str(tmp_path / "standby.pem")]) == 0
    status, said = run("publish", bundles[1], "--trusted-keys", tmp_path / "keys.json")
    assert status == 0 and "its signature is the new one" in said
    (bundle,) = held.held(place)
    assert json.loads((bundle.folder / "bundle.sig").read_text())["key_id"] == "standby"
