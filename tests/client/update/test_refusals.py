"""What a client refuses: the way back, what was changed, and what it cannot use."""

import json
import re
from pathlib import Path

import pytest

from mobile_export.signing import make_key
from sample_clients.python.bundle import BundleError
from sample_clients.python.channel import UpdateRefused
from sample_clients.python.http import ServerError
from tests.client.small_bundle import MODEL, channel
from tests.client.update.helpers import at_two

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
def test_a_bundle_that_this_client_cannot_use_is_refused_before_its_files_are_fetched(client, publish_spoilt, name):
    changes, reason, sentence = REFUSED_BUNDLES[name]
    publish_spoilt(**changes)
    with pytest.raises((UpdateRefused, BundleError), match=sentence) as refused:
        client.update()
    assert refused.value.reason == reason and client.bundle.data["sequence"] == 1
    assert not list(client.models.folder.rglob("*.pte*"))


def test_a_model_that_answers_otherwise_than_its_golden_photos_is_not_used(client, publish_spoilt, photo):
    def spoil(bundle: Path) -> None:
        golden = json.loads((bundle / "golden.json").read_text())
        golden["photos"][7]["outputs"]["int8"]["grades"][0] ^= 1
        (bundle / "golden.json").write_text(json.dumps(golden))

    publish_spoilt(spoil)
    with pytest.raises(BundleError, match=r"photo 7: other grades"):
        client.update()
    assert client.score(photo, part=0)[1]["model"]["sequence"] == 1


def test_a_model_that_does_not_run_here_is_not_used(client, publish_spoilt):
    publish_spoilt(lambda bundle: (bundle / MODEL).write_bytes(b"not a program" * 100))
    with pytest.raises(BundleError, match="does not run on this machine"):
        client.update()
    assert client.bundle.data["sequence"] == 1


def test_a_server_without_a_channel_says_so(client, served, publish):
    for name in ("channel.json", "channel.sig"):
        (served[1] / name).unlink(missing_ok=True)
    with pytest.raises(ServerError, match="not published a channel"):
        client.update()


def test_a_bundle_that_the_server_lacks_is_refused_in_one_sentence(client, served):
    channel(served[1], names="0" * 64)
    with pytest.raises(UpdateRefused, match="does not hold the model"):
        client.update()
    assert client.bundle.data["sequence"] == 1
