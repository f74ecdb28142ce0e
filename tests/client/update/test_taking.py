"""A client takes a newer model through a channel of a real server, and is never without one."""

import json
import shutil

import pytest

from mobile_export.signing import make_key
from sample_clients.python.__main__ import main
from sample_clients.python.bundle import TRUSTED_KEYS
from sample_clients.python.client import Client
from tests.client.small_bundle import MODEL, sha256_of, sign
from tests.client.update.helpers import at_two, reopened


def test_the_command_line_takes_the_new_model_and_grades_with_it(served, bundles, publish, photo, tmp_path, capsys):
    publish(2)
    base = ["--bundle", str(bundles[1]), "--home", str(tmp_path / "home"), "--server", served[0]]
    assert main([*base, "score", str(photo), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["record"]["model"]["sequence"] == 1
    assert main([*base, "update"]) == 0
    assert "model 0.1.2 (sequence 2) is in use now instead of model 0.1.1 (sequence 1)" in capsys.readouterr().out
    assert main([*base, "score", str(photo), "--json", "-"]) == 0
    record = json.loads(capsys.readouterr().out)["record"]
    held = json.loads((bundles[2] / "bundle.json").read_text())
    assert record["model"]["sequence"] == 2 and record["file_sha256"] == held["files"][0]["parts"][0]["sha256"]
    assert main([*base, "update"]) == 0
    assert "is what the channel names" in capsys.readouterr().out


def test_the_command_line_grades_with_a_bundle_of_the_operators_own_key(bundles, photo, tmp_path, capsys):
    own, shipped = make_key(tmp_path, "ops-2026"), shutil.copytree(bundles[1], tmp_path / "bundle")
    sign(shipped, 1, key=own)
    (tmp_path / "keys.json").write_text(json.dumps({"ops-2026": own.public}))
    base = ["--bundle", str(shipped), "--home", str(tmp_path / "home")]
    assert main([*base, "--trusted-keys", str(tmp_path / "keys.json"), "score", str(photo), "--json", "-"]) == 0
    assert main([*base, "score", str(photo)]) == 2 and "unknown key" in capsys.readouterr().err


def test_every_update_keeps_the_one_before_and_no_more(client, publish, bundles):
    publish(2)
    assert client.update().taken
    publish(3, number=2)
    assert client.update().taken
    assert client.bundle.data["sequence"] == 3
    held = {path.name for path in client.models.folder.iterdir()}
    assert held == {sha256_of(bundles[2]), sha256_of(bundles[3])}


def test_a_withdrawn_model_is_not_kept_as_the_previous_one(client, publish, bundles):
    at_two(client, publish)
    publish(3, number=6, revoked=[2])
    assert client.update().taken
    assert {path.name for path in client.models.folder.iterdir()} == {sha256_of(bundles[3])}


def test_a_new_model_that_is_damaged_later_gives_way_to_the_previous_then_to_the_shipped(client, publish, bundles):
    publish(2)
    client.update()
    publish(3, number=2)
    client.update()
    for damaged, left in ((3, 2), (2, 1)):
        (client.models.folder / sha256_of(bundles[damaged]) / MODEL).write_bytes(b"damaged")
        assert reopened(client).bundle.data["sequence"] == left
    publish(3, number=3)
    assert client.update().taken and client.bundle.data["sequence"] == 3  # and the server mends it


def test_a_stop_between_the_files_and_the_switch_leaves_the_old_model(client, publish, monkeypatch):
    publish(2)
    put = client.store.set

    def stop(name: str, value: str | None) -> None:
        if name == "model":
            raise KeyboardInterrupt
        put(name, value)

    with monkeypatch.context() as stopping:
        stopping.setattr(client.store, "set", stop)
        with pytest.raises(KeyboardInterrupt):
            client.update()
    assert client.models.open().data["sequence"] == 1
    assert client.update().taken and client.bundle.data["sequence"] == 2


def test_an_app_that_ships_a_newer_model_uses_it(client, publish, bundles):
    at_two(client, publish)
    client.models.shipped = bundles[3]
    assert reopened(client).bundle.data["sequence"] == 3


def test_a_second_key_takes_over_when_apps_trust_it(served, bundles, tmp_path, publish):
    standby = make_key(tmp_path, "standby-2027")
    trusted = json.loads(TRUSTED_KEYS.read_text()) | {"standby-2027": standby.public}
    (tmp_path / "keys.json").write_text(json.dumps(trusted))
    publish(2, key=standby)
    app = Client(bundles[1], tmp_path / "rotating", served[0], tmp_path / "keys.json")
    assert app.update().taken and app.bundle.data["sequence"] == 2  # the bundle is still signed by the first key
    app.store.close()
