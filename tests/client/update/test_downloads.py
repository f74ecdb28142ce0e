"""A download that breaks off goes on where it stopped; a full disk leaves the old model."""

import shutil
import subprocess
import sys

import pytest

from sample_clients.python.channel import UpdateRefused
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError
from tests.client.small_bundle import MODEL, sha256_of
from tests.client.update.helpers import reopened
from tests.relay import relay


@pytest.fixture
def through(client, served):
    """The client behind a relay that can cut its connections."""
    with relay(int(served[0].rpartition(":")[2])) as one:
        client.server.url = one.url
        yield one


def test_a_download_that_breaks_off_goes_on_where_it_stopped(client, publish, through, bundles):
    publish(2)
    size = (bundles[2] / MODEL).stat().st_size
    through.cut = size // 2  # the first connection carries channel, bundle and half of the model
    assert client.update().taken and client.bundle.data["sequence"] == 2
    (asked,) = through.ranges()
    begun = int(asked.removeprefix(b"bytes=").removesuffix(b"-"))
    assert 0 < begun < size // 2


def test_what_arrived_before_a_restart_is_not_fetched_again(client, publish, through, bundles):
    publish(2)
    client.server.tries = 1
    through.cut = (bundles[2] / MODEL).stat().st_size // 2
    fetch_all = client.server.stream

    def once(path, headers):
        if headers.get("Range"):
            raise ServerError("offline", "cut")
        return fetch_all(path, headers)

    client.server.stream = once
    with pytest.raises(ServerError):
        client.update()
    (left,) = client.models.folder.rglob("*.part")
    begun = left.stat().st_size
    again = reopened(client)
    again.server.url = through.url
    assert begun > 0 and again.update().taken
    assert through.ranges() == [f"bytes={begun}-".encode()]


def test_a_server_that_always_begins_anew_is_not_asked_for_ever(client, publish, through, bundles):
    publish(2)
    size, opened, asked = (bundles[2] / MODEL).stat().st_size, client.server.stream, []

    def anew(path, headers):
        through.cut = size // (2 + len(asked) % 2)
        asked.append(path)
        assert len(asked) < 20, "the download goes on for ever"
        return opened(path, {})

    client.server.stream = anew
    with pytest.raises(ServerError, match="the download broke off"):
        client.update()
    assert len(asked) == 1 + client.server.tries and client.bundle.data["sequence"] == 1


def test_bytes_of_another_file_that_were_left_behind_are_not_kept(client, publish, bundles):
    publish(2)
    left = client.models.unfinished(sha256_of(bundles[2])) / f"{MODEL}.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of another file")
    with pytest.raises(UpdateRefused, match="arrived damaged: try again"):
        client.update()
    assert client.update().taken


def test_too_little_room_is_told_before_anything_is_fetched(client, publish, monkeypatch):
    publish(2)
    usage = shutil.disk_usage(client.store.path.parent)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage._replace(free=3_000_000))
    with pytest.raises(UpdateRefused, match=r"needs \d+ MB of room and 3 MB are free") as refused:
        client.update()
    assert refused.value.reason == "no-room" and client.bundle.data["sequence"] == 1
    assert not list(client.models.folder.rglob("*.part"))


def test_a_disk_that_fills_up_during_the_download_leaves_the_old_model(served, bundles, publish, tmp_path):
    publish(2)
    limit = (bundles[2] / MODEL).stat().st_size // 2  # the kernel lets no file of this process grow beyond it
    options = ["--bundle", str(bundles[1]), "--home", str(tmp_path / "home"), "--server", served[0]]
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"
    code += "import sys; from sample_clients.python.__main__ import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, *options, "update"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "no room is left" in done.stderr and done.stderr.count("\n") == 1
    app = Client(bundles[1], tmp_path / "home", served[0])
    assert app.bundle.data["sequence"] == 1 and app.update().taken and app.bundle.data["sequence"] == 2
    app.store.close()
