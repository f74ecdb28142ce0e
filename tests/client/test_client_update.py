"""A client takes a newer model through a channel of a real server, refuses the way back, and is never without one."""

import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mobile_export.channel import Terms, compose, write_channel
from mobile_export.signing import DEVELOPMENT_KEY, SigningKey, make_key, read_key
from mobile_export.versions import keep_previous
from sample_clients.python.__main__ import main
from sample_clients.python.bundle import TRUSTED_KEYS, BundleError
from sample_clients.python.channel import Channel, UpdateRefused, takes_part
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError
from tests.api.test_serve import serving
from tests.client import small_bundle
from tests.client.small_bundle import MODEL
from tests.relay import relay

KEY = read_key(DEVELOPMENT_KEY)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> dict[int, Path]:
    """Sequences 1 to 3; the third keeps the others, as an export leaves them."""
    folder = tmp_path_factory.mktemp("bundles")
    made = {n: small_bundle.write(folder / str(n), n) for n in (1, 2, 3)}
    keep_previous(made[1], made[2])
    keep_previous(made[2], made[3])
    return made


@pytest.fixture(scope="module")
def served(bundles, tmp_path_factory):
    """URL of a server process, and the folder that it serves."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(bundles[3], folder / "model")
    with serving(folder, folder / "model") as (url, _, _):
        yield url, folder / "model"


def sha256_of(bundle: Path) -> str:
    return hashlib.sha256((bundle / "bundle.json").read_bytes()).hexdigest()


@pytest.fixture
def publish(served, bundles):
    """Puts a channel that names the bundle of this sequence on the server, and all files as they should be."""
    folder = served[1]

    def put(sequence: int, number: int = 1, key: SigningKey = KEY, revoked=(), age: float = 0, **terms) -> None:
        issued = datetime.now(UTC) - timedelta(days=age)
        named = sha256_of(bundles[sequence])
        document = compose(named, None, Terms(sequence=number, **terms), [], issued)
        write_channel(folder, document | {"revoked": [sha256_of(bundles[n]) for n in revoked]}, key)

    yield put
    for n, kept in ((3, folder), (2, folder / "previous" / "2"), (1, folder / "previous" / "1")):
        for name in ("bundle.sig", MODEL, "golden.json"):
            shutil.copyfile(bundles[n] / name, kept / name)


@pytest.fixture
def client(served, bundles, tmp_path, monkeypatch):
    """A client that came with bundle 1."""
    monkeypatch.setattr("sample_clients.python.http.pause", lambda attempt: 0)
    held = Client(bundles[1], tmp_path / "home", served[0])
    yield held
    held.store.close()


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 70, 3), np.uint8)).save(path)
    return path


def reopened(client: Client) -> Client:
    """The client as after a restart."""
    client.store.close()
    again = Client(client.models.shipped, client.store.path.parent, client.server.url)
    client.store.db = again.store.db  # so that the fixture closes it
    return again


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


def test_every_update_keeps_the_one_before_and_no_more(client, publish, bundles):
    publish(2)
    assert client.update().taken
    publish(3, number=2)
    assert client.update().taken
    assert client.bundle.data["sequence"] == 3
    held = {path.name for path in client.models.folder.iterdir()}
    assert held == {sha256_of(bundles[2]), sha256_of(bundles[3])}


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


def at_two(client: Client, publish) -> None:
    publish(2, number=5)
    client.update()


REFUSED = {
    "a lower channel sequence": ({"sequence": 3, "number": 4}, "older than 5"),
    "a lower bundle sequence": ({"sequence": 1, "number": 6}, "is not newer than"),
    "an expired channel": ({"sequence": 3, "number": 6, "age": 15}, "expired"),
    "another channel": ({"sequence": 3, "number": 6, "channel": "beta"}, "follows 'stable'"),
    "a later app": ({"sequence": 3, "number": 6, "min_app": "9.0.0"}, "needs client 9.0.0"),
    "a withdrawn model": ({"sequence": 3, "number": 6, "revoked": (3,)}, "withdrawn"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_way_back_and_what_must_not_be_taken_is_refused(client, publish, name, photo):
    at_two(client, publish)
    terms, sentence = REFUSED[name]
    publish(**terms)
    with pytest.raises(UpdateRefused, match=sentence):
        client.update()
    assert client.score(photo, part=0)[1]["model"]["sequence"] == 2


def test_a_channel_by_an_unknown_key_is_refused(client, publish, tmp_path):
    publish(2, key=make_key(tmp_path, "stranger"))
    with pytest.raises(BundleError, match="unknown key"):
        client.update()
    assert client.bundle.data["sequence"] == 1 and client.models.seen == 0


TAMPERED = {
    "channel": "channel was changed after",
    "channel/signature": "channel was changed after|unknown key",
    "bundles/*": "another model",
    "bundles/*/signature": "bundle was changed after|unknown key",
}


@pytest.mark.parametrize("which", TAMPERED)
def test_whatever_is_changed_on_its_way_is_refused(client, publish, photo, which):
    publish(2)
    fetch = client.server.fetch

    def tampered(path: str) -> bytes:
        data = bytearray(fetch(path))
        if re.sub("[0-9a-f]{64}", "*", path) == f"/v1/models/{which}":
            data[len(data) // 2] ^= 1
        return bytes(data)

    client.server.fetch = tampered
    with pytest.raises((UpdateRefused, BundleError), match=TAMPERED[which]):
        client.update()
    assert client.score(photo, part=0)[1]["model"]["sequence"] == 1
    client.server.fetch = fetch
    assert client.update().taken


@pytest.mark.parametrize("name", [MODEL, "golden.json"])
@pytest.mark.parametrize("change", ["flipped", "longer", "shorter"])
def test_a_file_with_one_byte_changed_never_becomes_active(client, publish, served, photo, name, change):
    publish(2)
    path = served[1] / "previous" / "2" / name
    data = bytearray(path.read_bytes())
    if change == "flipped":
        data[len(data) // 3] ^= 1
    path.write_bytes({"flipped": bytes(data), "longer": bytes(data) + b"x", "shorter": bytes(data[:-1])}[change])
    with pytest.raises(UpdateRefused, match="arrived damaged"):
        client.update()
    assert client.score(photo, part=0)[1]["model"]["sequence"] == 1


REFUSED_BUNDLES = {
    "a later runtime": ({"min_runtime": "99.0.0"}, "runtime-too-old", "needs ExecuTorch 99.0.0: update the client"),
    "no file for this client": ({"backend": "vulkan"}, "no-file", "no ExecuTorch file for this machine"),
    "a file outside": ({"parts": [{"path": "../x.pte", "bytes": 1, "sha256": "0" * 64}]}, "outside", "outside itself"),
}


@pytest.mark.parametrize("name", REFUSED_BUNDLES)
def test_a_bundle_that_this_client_cannot_use_is_refused_before_its_files_are_fetched(client, served, bundles, name):
    changes, reason, sentence = REFUSED_BUNDLES[name]
    wrong = served[1] / "previous" / "9"
    shutil.copytree(bundles[2], wrong, ignore=shutil.ignore_patterns("previous"))
    small_bundle.sign(wrong, 9, **changes)
    write_channel(served[1], compose(sha256_of(wrong), None, Terms(), [], datetime.now(UTC)), KEY)
    with pytest.raises((UpdateRefused, BundleError), match=sentence) as refused:
        client.update()
    assert refused.value.reason == reason and client.bundle.data["sequence"] == 1
    assert not list(client.models.folder.rglob("*.pte*"))
    shutil.rmtree(wrong)


def test_a_second_key_takes_over_when_apps_trust_it(served, bundles, tmp_path, publish):
    standby = make_key(tmp_path, "standby-2027")
    trusted = json.loads(TRUSTED_KEYS.read_text()) | {"standby-2027": standby.public}
    (tmp_path / "keys.json").write_text(json.dumps(trusted))
    publish(2, key=standby)
    app = Client(bundles[1], tmp_path / "rotating", served[0], tmp_path / "keys.json")
    assert app.update().taken and app.bundle.data["sequence"] == 2  # the bundle is still signed by the first key
    app.store.close()


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


def test_a_rollback_is_followed_when_the_channel_says_so_and_needs_no_download(client, publish, bundles):
    publish(2)
    client.update()
    publish(3, number=2)
    client.update()
    publish(2, number=3, rollback=True, revoked=(3,))
    fetched = []
    stream = client.server.stream
    client.server.stream = lambda path, headers: fetched.append(path) or stream(path, headers)
    assert client.update().taken and client.bundle.data["sequence"] == 2
    assert not fetched
    publish(3, number=4)
    with pytest.raises(UpdateRefused, match="withdrawn"):
        client.update()


def test_a_withdrawn_model_is_replaced_whatever_the_rollout(client, publish):
    at_two(client, publish)
    publish(3, number=6, rollout_pct=0)
    assert not client.update().taken
    publish(3, number=7, rollout_pct=0, revoked=(2,))
    assert client.update().taken and client.bundle.data["sequence"] == 3


def test_a_withdrawn_model_is_not_used_even_when_its_successor_cannot_be_fetched(client, publish, served, bundles):
    at_two(client, publish)
    publish(3, number=6, revoked=(2,))
    (served[1] / MODEL).unlink()
    assert client.bundle.data["sequence"] == 2
    with pytest.raises(ServerError):
        client.update()
    assert client.bundle.data["sequence"] == 1
    assert reopened(client).bundle.data["sequence"] == 1


def test_an_install_outside_the_rollout_stays_and_joins_when_it_is_raised(client, publish):
    publish(2, rollout_pct=0)
    outcome = client.update()
    assert not outcome.taken and "0 of 100" in outcome.sentence and client.bundle.data["sequence"] == 1
    publish(2, number=2, rollout_pct=100)
    assert client.update().taken


def test_a_tenth_of_the_installs_is_a_tenth_and_a_larger_share_only_adds():
    def takers(share: int, bundle: str) -> set[str]:
        channel = Channel("stable", 1, datetime.now(UTC), bundle, (0, 0, 0), share, False, frozenset())
        return {name for name in map(str, range(4000)) if takes_part(channel, name)}

    tenth = takers(10, "a" * 64)
    assert abs(len(tenth) - 400) < 80 and tenth < takers(50, "a" * 64)
    assert takers(0, "a" * 64) == set() and len(takers(100, "a" * 64)) == 4000
    assert len(tenth & takers(10, "b" * 64)) < 100  # another bundle has other first takers


def test_a_thousand_random_installs_see_a_tenth_as_a_tenth_and_each_the_same_answer_always():
    channel = Channel("stable", 1, datetime.now(UTC), "c" * 64, (0, 0, 0), 10, False, frozenset())
    draw = random.Random(7)
    installs = [draw.randbytes(16).hex() for _ in range(1000)]
    answers = [takes_part(channel, install) for install in installs]
    assert 70 <= sum(answers) <= 130
    assert answers == [takes_part(channel, install) for install in installs]


def test_an_install_keeps_its_id_over_restarts_and_another_install_has_another(client, bundles, tmp_path):
    first = client.models.install_id
    assert reopened(client).models.install_id == first and len(first) == 32
    other = Client(bundles[1], tmp_path / "other", client.server.url)
    assert other.models.install_id != first
    other.store.close()


def test_a_model_that_answers_otherwise_than_its_golden_photos_is_not_used(client, publish, served, photo):
    folder = served[1]
    golden = json.loads((folder / "golden.json").read_text())
    golden["photos"][7]["outputs"]["int8"]["grades"][0] ^= 1
    wrong = folder / "previous" / "9"
    shutil.copytree(folder, wrong, ignore=shutil.ignore_patterns("previous"))
    (wrong / "golden.json").write_text(json.dumps(golden))
    small_bundle.sign(wrong, 9)
    write_channel(folder, compose(sha256_of(wrong), None, Terms(), [], datetime.now(UTC)), KEY)
    with pytest.raises(BundleError, match=r"photo 7: other grades"):
        client.update()
    assert client.score(photo, part=0)[1]["model"]["sequence"] == 1
    shutil.rmtree(wrong)


def test_a_model_that_does_not_run_here_is_not_used(client, publish, served):
    wrong = served[1] / "previous" / "9"
    shutil.copytree(served[1], wrong, ignore=shutil.ignore_patterns("previous"))
    (wrong / MODEL).write_bytes(b"not a program" * 100)
    small_bundle.sign(wrong, 9)
    write_channel(served[1], compose(sha256_of(wrong), None, Terms(), [], datetime.now(UTC)), KEY)
    with pytest.raises(BundleError, match="does not run on this machine"):
        client.update()
    assert client.bundle.data["sequence"] == 1
    shutil.rmtree(wrong)


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


def test_bytes_of_another_file_that_were_left_behind_are_not_kept(client, publish, bundles):
    publish(2)
    left = client.models.unfinished(sha256_of(bundles[2])) / f"{MODEL}.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"of another file")
    with pytest.raises(UpdateRefused, match="arrived damaged: try again"):
        client.update()
    assert client.update().taken


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


def test_a_server_without_a_channel_says_so(client, served, publish):
    for name in ("channel.json", "channel.sig"):
        (served[1] / name).unlink(missing_ok=True)
    with pytest.raises(ServerError, match="not published a channel"):
        client.update()


def test_a_bundle_that_the_server_lacks_is_refused_in_one_sentence(client, served):
    write_channel(served[1], compose("0" * 64, None, Terms(), [], datetime.now(UTC)), KEY)
    with pytest.raises(UpdateRefused, match="does not hold the model"):
        client.update()
    assert client.bundle.data["sequence"] == 1
