"""The golden conversations: the application and the Python client both keep to what is written."""

import copy
import json
from typing import Any

import pytest

from tests.golden import make
from tests.golden.names import Names
from tests.golden.stage import Devices, act, application, behind_the_scenes, state
from tests.golden.wires import Player, send, shown_answer

WRITTEN = {path.stem: json.loads(path.read_text()) for path in sorted(make.FOLDER.glob("*.json"))}
ALL = pytest.mark.parametrize("name", WRITTEN)


def disagreements(conversation: dict[str, Any], app, folder) -> list[str]:
    """What the application answers otherwise than written."""
    names, client, found = Names(), app.test_client(), []
    for step in conversation["steps"]:
        if "server" in step:
            behind_the_scenes(step, folder)
        for exchange in step.get("exchanges", []):
            answer = send(client, names.fill(exchange["request"]))
            found += names.differences(exchange["response"], shown_answer(answer))
    return found


def play(conversation: dict[str, Any], folder) -> None:
    """Raises AssertionError where the Python client does otherwise than written."""
    devices, names = Devices(folder), Names()
    try:
        for step in (one for one in conversation["steps"] if "device" in one):
            client, player = devices[step["device"]], Player(step["exchanges"], names)
            client.server.session = player  # type: ignore[assignment]
            assert act(client, step) == step["answer"]
            assert not player.left and state(client) == step["then"]
    finally:
        devices.close()


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
@ALL
def test_the_application_says_what_is_written(name, tmp_path, database_url):
    with application(tmp_path, database_url) as app:
        assert disagreements(WRITTEN[name], app, tmp_path) == []


@ALL
def test_the_python_client_does_what_is_written(name, tmp_path):
    play(WRITTEN[name], tmp_path)


def test_the_files_are_what_the_generator_writes():
    assert make.main(["--check"]) == 0


def test_every_promised_conversation_is_there():
    promised = {"sync", "conflict", "gone", "paging", "mismatch", "notes", "refresh", "trend"}
    assert promised | {"register", "recover", "consent"} <= set(WRITTEN)


def test_an_answer_that_differs_is_noticed(tmp_path):
    changed = copy.deepcopy(WRITTEN["sync"])
    changed["steps"][4]["exchanges"][0]["response"]["body"]["head"]["count"] = 7
    with application(tmp_path) as app:
        assert disagreements(changed, app, tmp_path) == ["/body/head/count: 7 is written, 2 came"]


def test_two_names_never_stand_for_one_value():
    names = Names()
    assert names.differences({"a": "$refresh.1"}, {"a": "x"}) == []
    assert names.differences({"a": "$refresh.2"}, {"a": "x"}) != []
    assert names.differences({"a": "$refresh.1"}, {"a": "y"}) != []
    assert names.differences({"a": "$refresh.3"}, {"a": None}) != []


def test_a_client_that_asks_otherwise_is_noticed(tmp_path):
    changed = copy.deepcopy(WRITTEN["sync"])
    changed["steps"][4]["exchanges"][0]["request"]["body"]["deletes"] = ["x"]
    with pytest.raises(AssertionError):
        play(changed, tmp_path)
