"""The tests' own helpers: what is missing fails in CI, and what cannot start leaves nothing behind."""

import subprocess
from pathlib import Path

import pytest

from tests import postgres, surroundings


def test_a_missing_program_fails_in_ci(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="strace is not installed"):
        surroundings.missing("strace is not installed")


def test_a_missing_program_is_skipped_with_its_reason_elsewhere(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="strace is not installed"):
        surroundings.missing("strace is not installed")


def test_what_never_happens_is_given_up():
    with pytest.raises(AssertionError):
        surroundings.until(lambda: False, seconds=0.1)


@pytest.mark.parametrize("trouble", ["never ready", "no such program"])
def test_a_cluster_that_does_not_start_leaves_neither_files_nor_a_process(cluster, monkeypatch, trouble):
    started, popen = [], subprocess.Popen
    made, mkdtemp = [], postgres.tempfile.mkdtemp
    monkeypatch.setattr(postgres.tempfile, "mkdtemp", lambda **named: made.append(mkdtemp(**named)) or made[-1])
    if trouble == "never ready":
        monkeypatch.setattr(postgres.Cluster, "_ready", lambda self: False)
        monkeypatch.setattr(postgres, "START_SECONDS", 1)
        monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1])
    else:
        monkeypatch.setattr(postgres.Cluster, "_run", lambda *_: (_ for _ in ()).throw(postgres.Missing("no initdb")))
    with pytest.raises(postgres.Missing):
        postgres.Cluster()
    assert len(made) == 1 and not Path(made[0]).exists()
    assert all(process.poll() is not None for process in started)
