"""The folder of a run: `last.pt` (all that the next step depends on) and `log.csv` (one row per validation)."""

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

LAST, LOG = "last.pt", "log.csv"


class RunError(RuntimeError):
    """A run's folder cannot be read or written; the text says what to do."""


class RunFolder:
    """Reads and writes a run; every file appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.advice = f"{folder / LAST} holds the last good step"

    def read(self, device: torch.device) -> dict[str, Any] | None:
        """The saved state, or None for a new run."""
        if not (self.folder / LAST).exists():
            return None
        try:
            return torch.load(self.folder / LAST, map_location=device, weights_only=True)
        except Exception as error:
            raise RunError(f"{self.folder / LAST} is damaged ({error}): delete it to start the run again") from error

    def fill(self, parts: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        """Give each part its saved state. Raises `RunError` for a run of another network, or by another version."""
        try:
            for name, part in parts.items():
                part.load_state_dict(state[name])
        except (KeyError, RuntimeError, ValueError) as error:
            raise RunError(
                f"{self.folder / LAST} is of another network or version: finish it with that one, or delete it"
            ) from error

    def write(self, state: dict[str, Any]) -> None:
        """Replace the saved state. Raises `RunError` when there is no room; the state before stays."""
        unfinished = self.folder / f"{LAST}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            torch.save(state, unfinished)
            os.replace(unfinished, self.folder / LAST)
        except (OSError, RuntimeError) as error:  # torch reports a full disk as RuntimeError
            unfinished.unlink(missing_ok=True)
            raise RunError(
                f"{self.folder / LAST} could not be saved ({error}): free some space; {self.advice}"
            ) from error

    def log(self, row: dict[str, Any]) -> None:
        """Append a row."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = not (self.folder / LOG).exists()
        with (self.folder / LOG).open("a", newline="") as file:
            writer = csv.DictWriter(file, row)
            if new:
                writer.writeheader()
            writer.writerow(row)

    def rows(self) -> list[dict[str, str]]:
        """The log."""
        if not (self.folder / LOG).exists():
            return []
        with (self.folder / LOG).open(newline="") as file:
            return list(csv.DictReader(file))

    def forget_after(self, step: int) -> None:
        """Drop rows that a run wrote after the state it continues from."""
        kept = [row for row in self.rows() if int(row["step"]) <= step]
        if kept != self.rows():
            (self.folder / LOG).unlink()
            for row in kept:
                self.log(row)
