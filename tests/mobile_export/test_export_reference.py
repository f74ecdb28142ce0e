"""The committed reference bundle: signed, whole, reproducible, and refused when tampered with."""

import json
import shutil
from pathlib import Path

import pytest

from mobile_export import check
from sample_clients.python.bundle import open_bundle
from training.checkpoint import WEIGHTS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "mobile_export" / "reference"


def test_every_check_of_the_reference_holds(capsys):
    assert check.main([str(REFERENCE), "--photos", "300", "--json", "-"]) == 0, capsys.readouterr().out
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["ok"] and {"signature", "hashes", "golden_xnnpack-int8", "agreement_coreml-w8a16"} <= set(
        outcome["checks"]
    )


def test_the_clients_trusted_key_opens_the_reference():
    assert open_bundle(REFERENCE).data["input"]["size"] == 224


def test_the_bundle_holds_the_committed_checkpoints_weights():
    server = REFERENCE / "skinscore_server_fp16.safetensors"
    assert server.read_bytes() == (ROOT / "training" / "reference" / WEIGHTS).read_bytes()


@pytest.mark.parametrize("victim", ["skinscore_xnnpack_int8.pte", "golden.json", "bundle.json", "bundle.sig"])
def test_a_tampered_bundle_fails_its_check_before_anything_runs(tmp_path, victim, capsys):
    shutil.copytree(REFERENCE, tmp_path / "bundle")
    path = tmp_path / "bundle" / victim
    data = bytearray(path.read_bytes())
    place = data.index(b'"version": "') + 12 if victim == "bundle.json" else len(data) // 2
    data[place] ^= 1
    path.write_bytes(data)
    assert check.main([str(tmp_path / "bundle"), "--json", "-"]) == 1
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert set(checks) == {"signature", "hashes"}
