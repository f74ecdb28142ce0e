"""Files of models as a real server sends them: ranges, caching, exact bytes, and what is not counted."""

import hashlib
import json
import shutil

import pytest
import requests

from api.models import held
from api.models.ranges import sound_range
from tests.servers import web_process


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server process on a store with one bundle; its URL, the model's bytes, and the store."""
    folder = tmp_path_factory.mktemp("delivery")
    store, data = folder / "store", bytes(range(256)) * 400
    part = {"path": "model.pte", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    golden = {"path": "golden.json", "bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}
    described = {"name": "tiny", "version": "0.0.1", "sequence": 1, "files": [{"parts": [part]}], "golden": golden}
    raw = json.dumps(described).encode()
    bundle = store / held.BUNDLES / hashlib.sha256(raw).hexdigest()
    bundle.mkdir(parents=True)
    for name, content in (("model.pte", data), ("golden.json", b"{}"), ("bundle.json", raw), ("bundle.sig", b"{}")):
        (bundle / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODEL_DIR", str(store))
        with web_process(folder, f"sqlite:///{folder}/a.db") as process:
            yield f"http://127.0.0.1:{process.port}/v1/models", data, store


@pytest.fixture
def ask(server):
    """Asks for the model with these headers."""
    url, data, _ = server

    def get(method: str = "GET", **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"{url}/files/{hashlib.sha256(data).hexdigest()}"
        return requests.request(method, address, headers={"Accept-Encoding": "gzip, br"} | named, timeout=10)

    return get


RANGES = {  # of 102,400 bytes: header -> status, first and last byte
    "bytes=0-": (206, 0, 102_399),
    "bytes=1000-1999": (206, 1000, 1999),
    "bytes=102399-": (206, 102_399, 102_399),
    "bytes=5-999999": (206, 5, 102_399),
    "bytes=-100": (206, 102_300, 102_399),
    "bytes=-999999": (206, 0, 102_399),
    "BYTES=7-7": (206, 7, 7),
    "bytes=102400-": (416, 0, 0),
    "bytes=-0": (416, 0, 0),
    "bytes=9-3": (200, 0, 0),
    "bytes=-": (200, 0, 0),
    "bytes=x-": (200, 0, 0),
    "bytes=0-1,4-5": (200, 0, 0),
    "pages=0-1": (200, 0, 0),
}


@pytest.mark.parametrize("header", RANGES)
def test_a_range_is_answered_by_206_416_or_the_whole_file(ask, server, header):
    status, first, last = RANGES[header]
    data, answer = server[1], ask(Range=header)
    assert answer.status_code == status
    if status == 206:
        assert answer.content == data[first : last + 1]
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(data)}"
    elif status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(data)}" and answer.json()["status"] == 416
    else:
        assert answer.content == data and "Content-Range" not in answer.headers


def test_if_range_gives_the_part_of_the_same_file_and_the_whole_of_another(ask, server):
    data = server[1]
    etag = ask("HEAD").headers["ETag"]
    assert etag == f'"{hashlib.sha256(data).hexdigest()}"'  # strong
    same, other, weak = (ask(Range="bytes=9-", If_Range=tag) for tag in (etag, '"other"', f"W/{etag}"))
    assert (same.status_code, same.content) == (206, data[9:])
    assert (other.status_code, other.content) == (200, data)
    assert (weak.status_code, weak.content) == (200, data)


def test_a_known_file_is_304_also_with_a_range(ask):
    etag = ask("HEAD").headers["ETag"]
    for headers in ({}, {"Range": "bytes=0-9"}):
        answer = ask(If_None_Match=etag, **headers)
        assert answer.status_code == 304 and not answer.content
    assert ask(If_None_Match='"other"', Range="bytes=0-9").status_code == 206


def test_files_are_immutable_never_packed_and_name_their_digest(ask, server):
    answer = ask()
    assert answer.content == server[1] and "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable, no-transform"
    assert "Set-Cookie" not in answer.headers and "Vary" not in answer.headers
    assert answer.headers["Repr-Digest"].startswith("sha-256=:") and answer.headers["Accept-Ranges"] == "bytes"


def test_the_channel_is_revalidated_by_its_etag(server):
    url, _, store = server
    folder = store / held.CHANNELS / "1"
    folder.mkdir(parents=True)
    (folder / "channel.json").write_bytes(b'{"sequence":  1}\n')
    (folder / "channel.sig").write_bytes(b"{}")
    first = requests.get(f"{url}/channel", timeout=10)
    again = requests.get(f"{url}/channel", headers={"If-None-Match": first.headers["ETag"]}, timeout=10)
    assert first.content == b'{"sequence":  1}\n' and "no-cache" in first.headers["Cache-Control"]
    assert again.status_code == 304
    newer = store / held.CHANNELS / "10"
    shutil.copytree(folder, newer)
    (newer / "channel.json").write_bytes(b'{"sequence": 10}\n')
    assert requests.get(f"{url}/channel", timeout=10).content == b'{"sequence": 10}\n'


@pytest.mark.parametrize(
    ("header", "length", "wanted"),
    [("bytes=0-0", 1, "bytes=0-0"), ("bytes=-5", 3, "bytes=0-"), ("bytes=-0", 3, "bytes=3-"), ("bytes = 0-", 3, None)],
)
def test_a_sound_range_is_one_range_of_bytes(header, length, wanted):
    assert sound_range(header, length) == wanted
