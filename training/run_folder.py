"""The folder of a run: `last.pt` (all that the next step depends on) and `log.csv` (one row per validation)."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from training.saving import RunError, replacing

LAST, LOG = "last.pt", "log.csv"


class RunFolder:
    """Reads and writes a run; every file appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def left(self) -> str:
        """What is left of the run when it ends here."""
        if (self.folder / LAST).exists():
            return f"{self.folder / LAST} holds the last step that was saved"
        return "no step of this run was saved"

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
        # torch reports a full disk as RuntimeError
        with replacing(self.folder / LAST, self.left, RuntimeError) as unfinished:
            torch.save(state, unfinished)

    def log(self, row: Mapping[str, Any]) -> None:
        """Append a row. Raises `RunError` when there is no room; the rows before stay."""
        self._write_rows([*self.rows(), row])

    def _write_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        with replacing(self.folder / LOG, self.left) as unfinished, unfinished.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
            writer.writeheader()
            writer.writerows(rows)

    def rows(self) -> list[dict[str, str]]:
        """The log."""
        if not (self.folder / LOG).exists():
            return []
        with (self.folder / LOG).open(newline="") as file:
            return list(csv.DictReader(file))

    def forget_after(self, step: int) -> None:
        """Drop rows that a run wrote after the state it continues from. Raises `RunError` for a damaged log."""
        rows = self.rows()
        try:
            kept = [row for row in rows if int(row["step"]) <= step]
        except (KeyError, TypeError, ValueError):
            raise RunError(f"{self.folder / LOG} is damaged: delete it, the run goes on without its rows") from None
        if kept != rows:
            self._write_rows(kept)
