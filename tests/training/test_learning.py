"""The network, its loss, its maps; training resumes to the same weights; the commands say what is wrong."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from training import checkpoint, evaluate, train
from training.calibrate import conformal_threshold, fit_temperature
from training.decoding import Decoding
from training.losses import masked_loss
from training.model import SEVERITY, SkinNet, severity_maps


@pytest.fixture(scope="module")
def net() -> SkinNet:
    torch.manual_seed(0)
    return SkinNet().eval()


def test_maps_average_to_the_severity_logit(net):
    image = torch.rand(2, 3, 64, 64) * 255
    with torch.no_grad():
        maps, logits = severity_maps(net.evidence(image)), net(image)
    assert torch.allclose(maps.mean([2, 3]), logits @ torch.tensor(SEVERITY), atol=1e-5)


def test_the_loss_ignores_what_is_not_labelled():
    logits = torch.randn(4, 5, 5)
    labels = torch.full((4, 5), -1)
    assert masked_loss(logits, labels).item() == 0
    labels[0, 0] = 3
    other = logits.clone()
    other[1:] += 5
    assert masked_loss(logits, labels) == masked_loss(other, labels)


def test_a_far_miss_costs_more_than_a_near_one():
    sure = torch.eye(5)[[3]].mul(9)[:, None].repeat(1, 5, 1)
    near, far = torch.full((1, 5), 2), torch.full((1, 5), 0)
    assert masked_loss(sure, far) > masked_loss(sure, near)


def test_a_checkpoint_reads_back_what_was_saved(tmp_path, net):
    decoding = Decoding(temperature=(1.5,) * 5)
    checkpoint.save(tmp_path, net, 64, decoding, training={"data": "x"})
    loaded = checkpoint.load(tmp_path)
    image = torch.rand(1, 3, 64, 64) * 255
    with torch.no_grad():
        assert torch.allclose(loaded.net(image), net(image), atol=2e-2)
    assert loaded.decoding == decoding and loaded.size == 64


DAMAGES = {
    "a list": lambda record: record.write_text("[]"),
    "another schema": lambda record: record.write_text('{"schema": 9}'),
    "no backbone": lambda record: record.write_text(record.read_text().replace('"arch"', '"net"')),
    "no decoding": lambda record: record.write_text(record.read_text().replace('"temperature"', '"heat"')),
    "no json": lambda record: record.write_text("{"),
    "no record": lambda record: record.unlink(),
    "no text": lambda record: record.write_bytes(b"\xff"),
    "a size in words": lambda record: record.write_text(record.read_text().replace("64", '"big"')),
    "no weights": lambda record: (record.parent / checkpoint.WEIGHTS).unlink(),
    "cut weights": lambda record: os.truncate(record.parent / checkpoint.WEIGHTS, 1000),
    "a folder of weights": lambda record: (
        (record.parent / checkpoint.WEIGHTS).unlink(),
        (record.parent / checkpoint.WEIGHTS).mkdir(),
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_named_with_a_remedy(tmp_path, net, damage):
    checkpoint.save(tmp_path, net, 64, Decoding())
    DAMAGES[damage](tmp_path / checkpoint.RECORD)
    with pytest.raises(checkpoint.CheckpointError, match=f"^{tmp_path}.*(copy|name|train)"):
        checkpoint.load(tmp_path)


def test_a_file_is_no_checkpoint(tmp_path, net):
    checkpoint.save(tmp_path, net, 64, Decoding())
    with pytest.raises(checkpoint.CheckpointError, match="name the folder"):
        checkpoint.load(tmp_path / checkpoint.WEIGHTS)


def test_temperature_undoes_a_scaling():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 5, 4000)
    logits = np.eye(5)[truth] * 2 + rng.gumbel(size=(4000, 5))
    assert fit_temperature(3 * logits, truth) / fit_temperature(logits, truth) == pytest.approx(3, rel=0.05)


def test_conformal_ranges_cover_nine_in_ten_of_new_photos():
    from training.decoding import plausible_grades
    from training.metrics import covered_share

    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(5) * 2, 4000)
    truth = np.array([rng.choice(5, p=row) for row in p])
    q = conformal_threshold(p[:2000], truth[:2000])
    low, high = plausible_grades(p[2000:], np.array(q))
    assert 0.88 <= covered_share(truth[2000:], low, high) <= 0.95


def test_a_tiny_run_trains_on_a_folder_and_is_evaluated(tmp_path, capsys):
    from training.phantom.__main__ import main as render

    render(["--out", str(tmp_path / "skin"), "--count", "12", "--side", "64"])
    command = ["--data", str(tmp_path / "skin"), "--out", str(tmp_path / "run"), "--size", "32", "--stages", "32:16"]
    assert train.main([*command, "--batch", "4", "--every", "2"]) == 0
    capsys.readouterr()
    assert evaluate.main(["--checkpoint", str(tmp_path / "run"), "--data", str(tmp_path / "skin"), "--json", "-"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures["attributes"]["oil"]) >= {"p_recall", "p_recall_present", "ci95", "n"}
    assert sum(figures["attributes"]["oil"]["n"]) == 12
    assert len((tmp_path / "run" / "log.csv").read_text().splitlines()) == 3


def test_evaluating_nothing_ends_with_2_and_one_sentence(tmp_path, capsys):
    assert evaluate.main(["--checkpoint", str(tmp_path), "--synthetic", "5"]) == 2
    assert capsys.readouterr().err.startswith("training.evaluate: ")


def test_figures_without_a_place_to_go_are_not_measured(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(evaluate, "open_graders", lambda *_: pytest.fail("a grader was opened first"))
    assert evaluate.main(["--bundle", "bundle", "--synthetic", "5", "--json", str(tmp_path / "no" / "x.json")]) == 2
    assert "x.json cannot be written: name a file in a folder that exists" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["--seed=-1", "--synthetic=0"])
def test_evaluating_with_a_number_that_is_no_good_ends_with_2_and_one_sentence(wrong, capsys):
    with pytest.raises(SystemExit) as end:
        evaluate.main(["--bundle", "bundle", "--synthetic", "5", wrong])
    assert end.value.code == 2 and f"error: argument {wrong.partition('=')[0]}: " in capsys.readouterr().err


def test_importing_the_attributes_does_not_import_torch():
    code = "import training.attributes, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
