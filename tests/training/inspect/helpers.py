"""Changes labels and photos, asks the command for its JSON, and reads what it found."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL.Image import Image
from pytest import CaptureFixture

from training.inspect.__main__ import main

SIZE = 64


def relabel(path: Path, **keys: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))


def stored_again(image: Image, path: Path) -> None:
    image.save(path, quality=50)


def found(capsys: CaptureFixture[str], *command: object) -> tuple[int, dict[str, Any]]:
    """Status and record of the command with these words."""
    status = main([*map(str, command), "--size", str(SIZE), "--json", "-"])
    return status, json.loads(capsys.readouterr().out)


def names(paths: Iterable[str]) -> list[str]:
    return [re.split(r"[/\\]", path)[-1] for path in paths]


def kinds(record: dict[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """Of every finding: why, and the names of its photos in training and in validation."""
    return [(one["why"], names(one["training"]), names(one["validation"])) for one in record["alike"]]
