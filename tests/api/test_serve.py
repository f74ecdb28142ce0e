"""`python -m api serve` as real processes: one web process, a worker that may die, an end for both."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from api.config import Config, ConfigError
from tests.api.helpers import score
from tests.servers import ROOT
from tests.serving import serving
from tests.surroundings import free_port, until

REFERENCE = ROOT / "mobile_export" / "reference"


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def process_named(pid: int, name: str) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [c for c in children(pid) if name in Path(f"/proc/{c}/cmdline").read_text().split("\0")]
    return []


def sign_in(url: str, how: str, email: str) -> dict[str, str]:
    body: dict[str, Any] = {"email": email, "password": "a long password"}
    body |= {"consents": {"sync": 1}} if how == "register" else {}
    answer = requests.post(f"{url}/v1/auth/{how}", json=body, timeout=10)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes through Linux's /proc")
def test_two_devices_share_a_history_while_the_worker_dies_and_sigterm_ends_all(tmp_path):
    with serving(tmp_path, REFERENCE) as (url, process, _):
        phone = sign_in(url, "register", "me@example.org")
        pushed = requests.post(f"{url}/v1/sync", json={"records": [score(1)]}, headers=phone, timeout=10).json()
        assert pushed["results"][0]["verdict"] == "created"

        (worker,) = until(lambda: process_named(process.pid, "api.worker"))
        os.kill(worker, signal.SIGKILL)
        tablet = sign_in(url, "login", "me@example.org")
        pulled = requests.get(f"{url}/v1/sync", headers=tablet, timeout=10).json()
        assert pulled["records"] == [{"seq": 1, "record": score(1)}]
        assert until(lambda: process_named(process.pid, "api.worker") not in ([worker], []))
        assert until(lambda: requests.get(f"{url}/readyz", timeout=5).json()["worker"])

        (master,) = process_named(process.pid, "gunicorn")
        (web,) = children(master)  # one, although WEB_CONCURRENCY asks for four
        family = [master, web, *process_named(process.pid, "api.worker")]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert len(family) == 3 and not any(map(alive, family))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes through Linux's /proc")
def test_without_a_model_to_explain_history_is_served_all_the_same(tmp_path, model_dir):
    with serving(tmp_path, model_dir) as (url, process, log):
        until(lambda: b"api.worker: " in log.read_bytes())
        until(lambda: not process_named(process.pid, "api.worker"))
        time.sleep(0.5)  # several looks of the parent
        assert process.poll() is None
        assert requests.get(f"{url}/v1/account", headers=sign_in(url, "register", "a@b.cc"), timeout=10).ok
        ready = requests.get(f"{url}/readyz", timeout=10).json()
        assert ready["worker"] is False
        assert "Traceback" not in log.read_text() and "starts again" not in log.read_text()


def test_a_second_server_on_the_same_database_says_what_to_do(tmp_path, model_dir):
    with serving(tmp_path, model_dir):
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"}
        done = serve_once(environment, free_port())
    assert done.returncode == 2 and "DATABASE_URL" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("changes", "port", "says"),
    [
        ({}, 99_999, "PORT="),
        ({"DATABASE_URL": "sqlite:////proc/nowhere/a.db"}, None, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://x"}, None, "sqlite:///PATH"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, None, "PostgreSQL"),
        ({"SKINSCORE_ENV": "production"}, None, "JWT_KEYS"),
        ({"PHOTO_KEY": "short"}, None, "PHOTO_KEY"),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence_and_status_2(tmp_path, changes, port, says):
    bare = {k: v for k, v in os.environ.items() if k not in ("JWT_KEYS", "REFRESH_KEY", "PHOTO_KEY")}
    done = serve_once(bare | {"DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"} | changes, port or free_port())
    assert done.returncode == 2 and says in done.stderr and done.stderr.count("\n") == 1


def test_a_taken_port_offers_another(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"}
        done = serve_once(environment, other.getsockname()[1])
    assert done.returncode == 2 and "PORT=" in done.stderr and "--port" in done.stderr


def serve_once(environment: dict[str, str], port: int) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("module", ["api", "api.__main__", "api.worker"])
def test_neither_torch_nor_numpy_is_loaded_before_a_worker_needs_them(module):
    code = f"import sys, json, {module}; print(json.dumps(sorted({{n.split('.')[0] for n in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "PIL", "training", "executorch"} & set(json.loads(done.stdout))


def test_every_secret_must_be_there_and_long_enough():
    whole = {"SKINSCORE_ENV": "production", "JWT_KEYS": "k:" + "a" * 32, "REFRESH_KEY": "r" * 32, "PHOTO_KEY": "0" * 64}
    assert Config.from_environment(whole).jwt_keys == {"k": "a" * 32}
    for name in ("JWT_KEYS", "REFRESH_KEY", "PHOTO_KEY"):
        for bad in ("", "k:short" if name == "JWT_KEYS" else "0" * 8):
            with pytest.raises(ConfigError):
                Config.from_environment(whole | {name: bad})
