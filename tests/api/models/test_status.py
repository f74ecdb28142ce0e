"""What an operator sees: downloads, the share of recent scores, and all of it without torch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.models import downloads
from api.tables import ModelDownload
from tests.api.helpers import score
from tests.client.small_bundle import MODEL, channel


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


ROOT = Path(__file__).parents[3]


def test_listing_and_withdrawing_need_neither_torch_nor_training(place, tmp_path):
    code = (
        "import sys; from api.models.__main__ import main; main(['list']); main(['withdraw', '1']);"
        "sys.exit(bool({'torch', 'numpy', 'training', 'mobile_export'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, check=False)
    assert done.returncode == 0
