"""The golden updates: the Python client decides each case as it is written."""

import json
from datetime import datetime
from typing import Any

import pytest

from sample_clients.python.bundle import Refused
from sample_clients.python.channel import TAKE, Channel, Device, decide, read_channel, turn
from sample_clients.python.update import chosen
from tests.golden import updates

WRITTEN = json.loads(updates.FILE.read_text("utf-8"))


@pytest.fixture
def trusted(tmp_path):
    path = tmp_path / "trusted.json"
    path.write_text(json.dumps(WRITTEN["trusted"]))
    return path


def named(case: dict[str, Any]) -> str:
    return case["name"]


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


@pytest.mark.parametrize("case", WRITTEN["channels"], ids=named)
def test_a_channel_is_decided_as_written(case, trusted):
    said = case["device"]
    kept = {name: said[name] for name in ("channel", "seen", "install_id", "in_use")}
    device = Device(**kept, app=version(said["app"]), revoked=frozenset(said["revoked"]))
    try:
        channel = read_channel(case["text"].encode(), case["signature"].encode(), trusted)
        decision = decide(channel, device, datetime.fromisoformat(case["now"].replace("Z", "+00:00")))
    except Refused as refused:
        decision = refused.reason
    assert decision == case["decision"]


@pytest.mark.parametrize("case", WRITTEN["bundles"], ids=named)
def test_a_bundle_is_decided_as_written(case, trusted):
    said = case["channel"]
    channel = Channel("stable", 7, datetime.max, said["bundle_sha256"], (0, 0, 0), 100, said["rollback"], frozenset())
    sequence = case["in_use_sequence"]
    current = sequence and {"version": "0.0.0", "sequence": sequence}
    try:
        chosen(case["text"].encode(), case["signature"].encode(), channel, current, trusted)
        decision = TAKE
    except Refused as refused:
        decision = refused.reason
    assert decision == case["decision"]


def test_the_turns_of_a_rollout_are_those_written():
    assert [turn(one["install_id"], one["bundle_sha256"]) for one in WRITTEN["turns"]] == [
        one["turn"] for one in WRITTEN["turns"]
    ]


def test_every_reason_of_a_refusal_before_the_download_has_a_case():
    reasons = {case["decision"] for case in (*WRITTEN["channels"], *WRITTEN["bundles"])}
    refusals = {"unknown-key", "changed", "other-form", "other-channel", "older-channel", "expired", "app-too-old"}
    refusals |= {"withdrawn", "other-bundle", "not-newer", "runtime-too-old", "no-file", "outside"}
    assert reasons == refusals | {"keep", "wait", "take"}


def test_the_file_is_what_the_generator_writes():
    assert updates.main(["--check"]) == 0
