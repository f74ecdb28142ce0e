"""Publishing: everything is proven before anything is live, and a crash leaves what was live before."""

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from api import worker
from api.config import ConfigError
from api.models import downloads, held, store
from api.models.__main__ import main
from api.tables import ModelDownload
from mobile_export import sign
from mobile_export.channel import Terms, compose, write_channel
from mobile_export.signing import DEVELOPMENT_KEY, SigningKey, make_key, read_key
from tests.api.helpers import score
from tests.client import small_bundle
from tests.client.small_bundle import MODEL

ROOT = Path(__file__).parents[2]
DEVELOPMENT = read_key(DEVELOPMENT_KEY)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("made")
    return {n: small_bundle.write(folder / str(n), n) for n in (1, 2)}


@pytest.fixture
def bundles(made, tmp_path) -> dict[int, Path]:
    """Bundles of sequences 1 and 2 that a test may change."""
    return {n: Path(shutil.copytree(folder, tmp_path / "bundles" / str(n))) for n, folder in made.items()}


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """An empty store."""
    monkeypatch.setenv("MODEL_DIR", str(tmp_path / "store"))
    monkeypatch.delenv("SKINSCORE_ENV", raising=False)
    return tmp_path / "store"


@pytest.fixture
def run(place, capsys):
    """Runs the command: status, and what it said."""

    def command(*words: object) -> tuple[int, str]:
        status = main([str(word) for word in words])
        said = capsys.readouterr()
        return status, said.out + said.err

    return command


def sha256_of(bundle: Path) -> str:
    return hashlib.sha256((bundle / "bundle.json").read_bytes()).hexdigest()


def channel(
    bundle: Path, number: int, names: Path | None = None, key: SigningKey = DEVELOPMENT, age=0, **terms
) -> None:
    issued = datetime.now(UTC) - timedelta(days=age)
    write_channel(bundle, compose(sha256_of(names or bundle), None, Terms(sequence=number, **terms), [], issued), key)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def live(place: Path) -> list[int]:
    return [bundle.data["sequence"] for bundle in held.held(place)]


def test_a_bundle_is_live_then_its_channel_and_both_rise(run, bundles, place):
    status, said = run("publish", bundles[1])
    assert status == 0 and "no channel names it yet" in said and held.channel(place) is None
    assert "there are no heatmaps while it is the current one" in said
    channel(bundles[2], 1)
    status, said = run("publish", bundles[2])
    assert status == 0 and "small 0.1.2 (sequence 2) is published" in said
    assert live(place) == [2, 1] and held.channel(place)["bundle_sha256"] == sha256_of(bundles[2])
    assert held.current(place).data["sequence"] == 2
    assert run("publish", bundles[2])[0] == 0 and live(place) == [2, 1]  # again changes nothing


@pytest.mark.parametrize("name", [MODEL, "golden.json", "bundle.json", "bundle.sig"])
def test_one_flipped_byte_in_any_file_is_refused_and_nothing_is_live(run, bundles, place, name):
    flip(bundles[1] / name)
    assert run("publish", bundles[1])[0] == 2
    assert live(place) == [] and not list(place.glob(".publishing-*"))


def test_a_model_that_answers_otherwise_than_its_golden_photos_is_refused(run, bundles, place):
    golden = json.loads((bundles[1] / "golden.json").read_text())
    golden["photos"][3]["outputs"]["int8"]["grades"][0] ^= 1
    (bundles[1] / "golden.json").write_text(json.dumps(golden))
    small_bundle.sign(bundles[1], 1)
    status, said = run("publish", bundles[1])
    assert status == 2 and "golden photo 3: other grades" in said and live(place) == []


def test_a_sequence_that_does_not_rise_is_refused(run, bundles, place):
    assert run("publish", bundles[2])[0] == 0
    status, said = run("publish", bundles[1])
    assert status == 2 and "does not rise above sequence 2" in said and live(place) == [2]


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


def test_a_crash_between_bundle_and_channel_is_finished_by_publishing_again(run, bundles, place, monkeypatch):
    channel(bundles[1], 1)
    real = store.go_live

    def dies(new: Path, to: Path) -> None:
        if to.parent.name == held.CHANNELS:
            raise OSError(5, "Input/output error", str(to))
        real(new, to)

    monkeypatch.setattr(store, "go_live", dies)
    assert run("publish", bundles[1])[0] == 2
    assert live(place) == [1] and held.channel(place) is None
    monkeypatch.setattr(store, "go_live", real)
    assert run("publish", bundles[1])[0] == 0 and held.channel(place)["sequence"] == 1


def test_what_a_killed_publisher_left_is_never_served_and_swept_by_the_next(run, bundles, place):
    assert run("publish", bundles[1])[0] == 0
    shutil.copytree(bundles[2], place / ".publishing-dead" / "bundle")
    assert live(place) == [1]
    assert run("publish", bundles[2])[0] == 0 and not list(place.glob(".publishing-*"))


def test_two_publishers_take_turns(run, bundles, place):
    with store.alone(place):
        status, said = run("publish", bundles[1])
    assert status == 2 and "somebody else publishes" in said


def test_an_exported_folder_is_not_published_into(run, bundles, place, monkeypatch):
    monkeypatch.setenv("MODEL_DIR", str(bundles[2]))
    status, said = run("publish", bundles[1])
    assert status == 2 and "set MODEL_DIR" in said and not (bundles[2] / held.BUNDLES).exists()


def test_a_file_outside_the_bundle_is_refused(run, bundles, place, tmp_path):
    (tmp_path / "bundles" / "secret.pte").write_bytes(b"x")
    part = {"path": "../secret.pte", "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    small_bundle.sign(bundles[1], 1, parts=[part])
    status, said = run("publish", bundles[1])
    assert status == 2 and "outside itself" in said and live(place) == []


def test_status_tells_downloads_and_the_share_of_recent_scores(run, bundles, place, app, owner, config, monkeypatch):
    channel(bundles[1], 1, rollout_pct=10)
    run("publish", bundles[1])
    monkeypatch.setenv("DATABASE_URL", config.database_url)
    app.extensions["skinscore"] = type("Settings", (), {"model_dir": place})()
    part = json.loads((bundles[1] / "bundle.json").read_text())["files"][0]["parts"][0]
    path = f"/v1/models/files/{part['sha256']}"
    ranges = ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=10-"}, {"If-None-Match": f'"{part["sha256"]}"'})
    for headers in ranges:  # the whole, a beginning, an end, nothing
        with owner.ask("GET", path, headers=headers):
            pass
    with owner.ask("HEAD", path):
        pass
    models = [{"name": "small", "version": v, "sequence": n} for v, n in (("0.1.1", 1), ("0.1.1", 1), ("0.1.0", 0))]
    pushed = [score(n, model=model) for n, model in enumerate(models)]
    assert owner.ask("POST", "/v1/sync", json={"records": pushed}).status_code == 200
    status, said = run("status", "--json", "-")
    found = json.loads(said)
    assert status == 0 and found["channel"]["rollout_pct"] == 10 and 13 < found["channel"]["days_left"] <= 14
    assert found["bundles"][0]["downloads"] == {MODEL: 2}
    assert [(one["version"], one["scores"], one["share"]) for one in found["scores"]] == [
        ("0.1.1", 2, 0.6667),
        ("0.1.0", 1, 0.3333),
    ]
    assert "to 10 of 100 installs" in run("status")[1]


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_downloads_are_counted_on_both_databases(app):
    for sha256 in ("a" * 64, "b" * 64, "a" * 64):
        downloads.count(sha256)
    assert downloads.counted() == {"a" * 64: 2, "b" * 64: 1}


def test_a_download_goes_on_where_it_cannot_be_counted(app, caplog):
    ModelDownload.drop_table()
    downloads.count("a" * 64)
    assert "was not counted" in caplog.text


def test_a_worker_ends_when_another_bundle_is_current(run, bundles, place, config):
    run("publish", bundles[1])
    settings = dataclasses.replace(config, model_dir=place)
    loaded = held.current(place).data
    assert not worker.replaced(settings, loaded)
    run("publish", bundles[2])
    assert worker.replaced(settings, loaded)


def test_a_worker_does_not_list_the_models_at_every_turn(monkeypatch):
    looks, now = [], [100.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    left_behind = worker.Seldom(lambda: bool(looks.append(now[0])) or len(looks) > 1)
    assert [left_behind() for _ in range(9)] == [False] * 9 and len(looks) == 1
    now[0] += worker.LOOK_SECONDS
    assert [left_behind() for _ in range(9)] == [True] * 9 and len(looks) == 2


def test_a_worker_whose_bundle_goes_while_it_loads_takes_the_next_one(run, bundles, place, config, monkeypatch):
    def load(folder, bundle):
        if bundle["sequence"] == 1:
            run("publish", bundles[2])
            raise FileNotFoundError(folder)
        return bundle

    run("publish", bundles[1])
    monkeypatch.setitem(sys.modules, "api.explain", SimpleNamespace(Explainer=load))
    assert worker.prepare(dataclasses.replace(config, model_dir=place))["sequence"] == 2


def test_a_worker_whose_bundle_lacks_a_file_says_so(run, bundles, place, config, monkeypatch):
    def load(folder, bundle):
        raise FileNotFoundError(folder)

    run("publish", bundles[1])
    monkeypatch.setitem(sys.modules, "api.explain", SimpleNamespace(Explainer=load))
    with pytest.raises(ConfigError):
        worker.prepare(dataclasses.replace(config, model_dir=place))


@pytest.mark.parametrize("words", [["withdraw", "9"], ["withdraw", "abc"], ["publish", "absent"]])
def test_bad_input_is_one_sentence(run, place, words):
    status, said = run(*words)
    assert status == 2 and said.startswith("api.models: ") and said.count("\n") == 1


def test_listing_and_withdrawing_need_neither_torch_nor_training(place, tmp_path):
    code = (
        "import sys; from api.models.__main__ import main; main(['list']); main(['withdraw', '1']);"
        "sys.exit(bool({'torch', 'numpy', 'training', 'mobile_export'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, check=False)
    assert done.returncode == 0
