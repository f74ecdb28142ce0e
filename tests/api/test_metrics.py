"""Prometheus text: counted over all processes of a real server, on a loopback port of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import requests

from api import leases, metrics
from api.config import ConfigError
from api.tables import HeatmapJob
from tests.servers import ROOT, web_process
from tests.surroundings import free_port, until


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where web processes leave their counts."""
    made = tmp_path / "counts"
    made.mkdir()
    return made


def scrape(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def counts(series: dict[str, float], route: str) -> float:
    name = "skinscore_request_seconds_count"
    return sum(value for key, value in series.items() if key.startswith(name) and f'route="{route}"' in key)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_requests_of_several_processes_are_counted_together(database_url, folder, tmp_path, monkeypatch):
    port = free_port()
    monkeypatch.setenv(metrics.FOLDER, str(folder))
    monkeypatch.delenv("WEB_CONCURRENCY", raising=False)
    with web_process(tmp_path, database_url) as server:
        server.process.send_signal(signal.SIGTTIN)  # one web process more
        until(lambda: len(server.workers()) == 2)
        asked = 0

        def both_answered() -> bool:
            nonlocal asked
            asked += requests.get(f"http://127.0.0.1:{server.port}/v1/sync", timeout=10).status_code == 401
            return len(list(folder.glob("histogram_*.db"))) == 2

        until(both_answered)
        metrics.answer(port, str(folder), database_url)
        series = scrape(port)
        assert counts(series, "/v1/sync") == asked
        assert series["skinscore_database_up"] == 1


def test_the_queue_is_what_the_table_says(app, owner, config, folder):
    port = free_port()
    metrics.answer(port, str(folder), config.database_url)
    assert scrape(port)['skinscore_heatmap_jobs{status="queued"}'] == 0
    at = int(time.time()) - 60
    for n, status in enumerate(("queued", "queued", "running", "succeeded")):
        account = owner.tokens["account_id"]
        HeatmapJob.create(id=str(n), account=account, key=str(n), attributes="oil", status=status, created_at=at)
    series = scrape(port)
    assert [series[f'skinscore_heatmap_jobs{{status="{status}"}}'] for status in leases.OPEN] == [2, 1]
    assert series["skinscore_heatmap_waiting_seconds"] >= 60


def test_without_its_database_it_says_that_it_is_down(folder, tmp_path):
    port = free_port()
    metrics.answer(port, str(folder), f"sqlite:///{tmp_path / 'empty.db'}")
    assert scrape(port) == {"skinscore_database_up": 0}


def test_a_port_that_is_taken_and_a_folder_that_is_missing_are_sentences(folder, tmp_path):
    port = free_port()
    metrics.answer(port, str(folder), f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(ConfigError, match="METRICS_PORT"):
        metrics.answer(port, str(folder), f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(ConfigError, match=metrics.FOLDER):
        metrics.answer(free_port(), str(tmp_path / "none"), f"sqlite:///{tmp_path / 'a.db'}")


def command(tmp_path: Path, **environment: str) -> subprocess.Popen:
    settings = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"} | environment
    asked = [sys.executable, "-m", "api", "metrics"]
    return subprocess.Popen(asked, env=settings, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_the_command_answers_until_it_is_told_to_end(folder, tmp_path):
    port = free_port()
    with command(tmp_path, METRICS_PORT=str(port), PROMETHEUS_MULTIPROC_DIR=str(folder)) as process:
        series = until(lambda: _scraped(port))
        process.terminate()
        assert process.wait(30) == 0 and "skinscore_database_up" in series


def _scraped(port: int) -> dict[str, float]:
    try:
        return scrape(port)
    except OSError:
        return {}


def test_the_command_without_settings_is_a_sentence(tmp_path):
    with command(tmp_path, METRICS_PORT="", PROMETHEUS_MULTIPROC_DIR="") as process:
        assert process.stderr and "set METRICS_PORT" in process.stderr.read()
        assert process.wait(30) == 2


def test_serve_answers_with_what_its_web_process_counted(tmp_path):
    port, metrics_port = free_port(), free_port()
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}", "METRICS_PORT": str(metrics_port)}
    asked = [sys.executable, "-m", "api", "serve", "--port", str(port)]
    environment = os.environ | settings | {"MODEL_DIR": str(tmp_path)}  # without a bundle the worker ends by itself
    with subprocess.Popen(asked, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2).ok)
            assert counts(scrape(metrics_port), "/healthz") > 0
        finally:
            process.terminate()
        assert process.wait(30) == 0
