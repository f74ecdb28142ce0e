"""What a run writes is whole or not there, and a disk without room is a sentence."""

import argparse
import re
import resource
from contextlib import contextmanager

import pytest
import torch

from tests.training.helpers import TINY, noise_photos
from training import checkpoint, config, train
from training.decoding import Decoding
from training.run_folder import RunFolder
from training.saving import RunError


class Grown(torch.nn.Module):
    """What a checkpoint takes, with so many weights."""

    backbone, normalised_by = "none", "photo"

    def __init__(self, size):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(size))


WRITES = {
    "last.pt": lambda folder, size: RunFolder(folder).write({"step": torch.zeros(size)}),
    "log.csv": lambda folder, size: RunFolder(folder).log({"step": 1, "stage": "x" * size}),
    "checkpoint.json": lambda folder, size: checkpoint.save(folder, Grown(1), 64, Decoding(), about="x" * size),
    "weights.safetensors": lambda folder, size: checkpoint.save(folder, Grown(size), 64, Decoding()),
    "config.yaml": lambda folder, size: config.save(argparse.Namespace(out=folder, data=None, synthetic="x" * size)),
}


@contextmanager
def room_for(size: int):
    """No file may grow beyond `size` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", WRITES)
def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(tmp_path, name):
    WRITES[name](tmp_path, 1)
    before = (tmp_path / name).read_bytes()
    with room_for(4000), pytest.raises(RunError, match=f"{re.escape(name)} could not be saved.*free some space"):
        WRITES[name](tmp_path, 9000)
    assert (tmp_path / name).read_bytes() == before and not list(tmp_path.glob("*.part"))


def test_photos_for_which_the_disk_has_no_room_are_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("training.photo_set.render_set", lambda *_: noise_photos(24, 56))
    with room_for(4000):
        assert train.main(["--out", "run", *TINY]) == 2
    assert "cache could not be saved" in capsys.readouterr().err


def test_a_log_that_a_full_disk_left_empty_gets_its_header(tmp_path):
    folder = RunFolder(tmp_path)
    (tmp_path / "log.csv").touch()
    folder.log({"step": 8, "loss": 0.5})
    folder.forget_after(8)
    assert folder.rows() == [{"step": "8", "loss": "0.5"}]


def test_a_log_without_a_header_is_named_with_a_remedy(tmp_path):
    (tmp_path / "log.csv").write_text("8,0.5\n16,0.4\n")
    with pytest.raises(RunError, match=r"log\.csv is damaged: delete it"):
        RunFolder(tmp_path).forget_after(8)


def test_a_damaged_state_is_named(tmp_path):
    (tmp_path / "last.pt").write_bytes(b"not a state")
    with pytest.raises(RunError, match="delete it to start"):
        RunFolder(tmp_path).read(torch.device("cpu"))
