"""The path a newcomer takes, with real processes: demo, server, worker, client; and what it says when it cannot."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from sample_clients.demo.server import running_server
from sample_clients.python.client import Client
from tests.surroundings import free_port

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "mobile_export" / "reference"


def run(*arguments, **options):
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False, **options)


@pytest.fixture(scope="module")
def portrait(tmp_path_factory) -> Path:
    from skimage.data import astronaut

    path = tmp_path_factory.mktemp("portrait") / "astronaut.png"
    Image.fromarray(astronaut()).save(path)
    return path


@pytest.mark.parametrize("which", ["sample", "portrait"])
def test_the_demo_ends_well_and_its_report_shows_five_overlays_from_each_side(tmp_path, portrait, which):
    photo = ["--photo", portrait] if which == "portrait" else []
    done = run("sample_clients.demo", "--once", "--out", tmp_path / "demo", "--port", free_port(), *photo)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "both devices hold 1 record(s)" in done.stdout and "the same input bytes" in done.stdout
    page = (tmp_path / "demo" / "report.html").read_text("utf-8")
    for source in ("phone", "server"):
        layers = re.findall(rf"class='layer {source}' src='data:image/png;base64,([^']+)'", page)
        assert len(layers) == 5
        for layer in layers:
            path = tmp_path / "layer.png"
            path.write_bytes(base64.b64decode(layer))
            assert np.asarray(Image.open(path))[..., 3].max() > 25  # a tenth of full opacity: it can be seen
    assert [p.name for p in (tmp_path / "demo").iterdir() if p.name.startswith(".")] == []


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("server")
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        with running_server(free_port(), scratch, ROOT / "api" / "static") as (url, process):
            yield url, process
    finally:
        os.chdir(before)


def test_phone_and_worker_see_the_same_bytes_and_give_the_same_grades(server, tmp_path, portrait):
    client = Client(BUNDLE, tmp_path / "home", server[0])
    client.sign_in("register", f"{os.urandom(6).hex()}@example.org", "a long password", "test", adopt=False)
    client.consent(heatmap=True)
    grading, record = client.score(portrait, part=0)
    result = client.heatmaps(grading).result
    assert result["input_sha256"] == grading.input_sha256
    assert result["file_sha256"] == record["file_sha256"]
    for key, mine in record["attributes"].items():
        theirs = {name: result["attributes"][key][name] for name in mine}
        assert theirs == mine


def test_the_camera_file_itself_gives_the_same_answer_as_the_uploaded_square(server, tmp_path, portrait):
    client = Client(BUNDLE, tmp_path / "home", server[0])
    client.sign_in("register", f"{os.urandom(6).hex()}@example.org", "a long password", "test", adopt=False)
    client.consent(heatmap=True)
    headers = {"Content-Type": "image/png", "Prefer": "wait=10"}
    answer = client.server.call("POST", "/v1/heatmaps", data=portrait.read_bytes(), headers=headers).json()
    assert answer["result"]["input_sha256"] == client.score(portrait, 0, save=False)[0].input_sha256


@pytest.mark.parametrize(("side", "slug"), [(100, "photo-rejected")])
def test_a_bad_upload_is_one_problem_document(server, tmp_path, side, slug):
    client = Client(BUNDLE, tmp_path / "home", server[0])
    client.sign_in("register", f"{os.urandom(6).hex()}@example.org", "a long password", "test", adopt=False)
    client.consent(heatmap=True)
    path = tmp_path / "small.png"
    Image.new("RGB", (side, side)).save(path)
    token = {"Authorization": f"Bearer {client.server._access}", "Content-Type": "image/png", "Prefer": "wait=10"}
    for data in (path.read_bytes(), path.read_bytes()[:60]):
        answer = requests.post(f"{server[0]}/v1/heatmaps", data=data, headers=token, timeout=30)
        assert answer.status_code == 422 and answer.json()["type"].endswith(slug)
        assert "Traceback" not in answer.text


def test_a_second_server_on_the_port_says_what_to_do(server):
    port = server[0].rsplit(":", 1)[1]
    done = run("api", "serve", "--port", port)
    assert done.returncode == 2 and "PORT=" in done.stderr and done.stderr.count("\n") == 1


def test_a_demo_on_a_taken_port_offers_another(server, tmp_path):
    done = run("sample_clients.demo", "--once", "--out", tmp_path / "demo", "--port", server[0].rsplit(":", 1)[1])
    assert done.returncode == 2 and "PORT=" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "demo" / "report.html").exists()


def test_a_bad_photo_is_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "photo.jpg").write_text("no photo")
    done = run("sample_clients.demo", "--once", "--out", tmp_path / "demo", "--photo", tmp_path / "photo.jpg")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "no JPEG" in done.stderr


def test_the_web_process_starts_without_torch():
    code = "import api, sys; api.create_app; sys.exit('torch' in sys.modules or 'training' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_production_without_secrets_refuses_to_start():
    bare = {k: v for k, v in os.environ.items() if k not in ("JWT_KEYS", "REFRESH_KEY", "PHOTO_KEY")}
    done = run("api", "serve", "--port", free_port(), env=bare | {"SKINSCORE_ENV": "production"})
    assert done.returncode == 2 and "JWT_KEYS" in done.stderr and done.stderr.count("\n") == 1


def test_sigterm_ends_web_process_and_worker(tmp_path):
    os.chdir(ROOT)
    with running_server(free_port(), tmp_path, ROOT / "api" / "static") as (url, process):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        time.sleep(0.2)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{url}/healthz", timeout=2)


def test_the_command_line_client_scores_and_shows_history_offline(tmp_path, portrait):
    base = ["sample_clients.python", "--home", tmp_path / "home"]
    scored = run(*base, "score", portrait, "--json", "-", "--heat-dir", tmp_path / "maps")
    assert scored.returncode == 0, scored.stderr
    record = json.loads(scored.stdout)["record"]
    history = json.loads(run(*base, "history", "--json", "-").stdout)
    assert history["scores"] == [record] and history["unsent"] == 1
    assert len(list((tmp_path / "maps").glob("*.png"))) == 5
