"""The erasure ledger: whom a restored backup must not bring back, in a file outside the database.

One line an entry, `KEY HMAC`: which key made it, and HMAC(key, id) of an erased account or an ended device login. The
file names nobody, and tells who was erased only to someone who has the key and a database that still holds the id. It
grows by 75 bytes an entry and is never shortened: no line says how old the backups are that somebody may still restore.
"""

import fcntl
import hashlib
import hmac
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

from api.config import Config
from api.engines import is_postgres, sqlite_path
from api.problems import Problem

LINE = re.compile(r"^([0-9a-f]{8}) ([0-9a-f]{64})$", re.MULTILINE)


class LedgerError(ValueError):
    """The ledger cannot be applied; the text says what to do."""


@dataclass(frozen=True)
class Ledger:
    """The file, the key that writes and those that only read."""

    path: Path
    keys: tuple[str, ...]

    @classmethod
    def of(cls, config: Config) -> "Ledger":
        return cls(_place(config), config.refresh_keys)

    def note(self, *identities: str) -> None:
        """Append entries and have them on the disk. Comes before the commit: what is noted in vain was meant to go."""
        key = self.keys[0]
        lines = "".join(f"{_name(key)} {_seal(key, identity)}\n" for identity in identities)
        try:
            _append(self.path, lines.encode())
        except OSError as error:
            logging.getLogger("skinscore").error("the erasure ledger cannot be written: %s", error)
            raise Problem("busy", "the deletion cannot be written down right now; nothing was changed") from None

    def receipt(self, identity: str) -> str:
        """What proves an entry to whoever runs the server: the line's HMAC."""
        return _seal(self.keys[0], identity)

    def reader(self) -> "Reader":
        """Raises `LedgerError` where entries were made under a key that is not at hand."""
        entries = LINE.findall(self.path.read_text("ascii", "replace")) if self.path.exists() else []
        unknown = {name for name, _ in entries} - {_name(key) for key in self.keys}
        if unknown:
            raise LedgerError(
                f"{self.path} has entries made under another REFRESH_KEY: add the old one, REFRESH_KEY=new,old, "
                "or move the file away if the backup holds nobody who was erased"
            )
        return Reader(frozenset(seal for _, seal in entries), self.keys)


@dataclass(frozen=True)
class Reader:
    """The entries, read once."""

    seals: frozenset[str]
    keys: tuple[str, ...]

    def names(self, identity: str) -> bool:
        """Whether this id was erased or ended."""
        return any(_seal(key, identity) in self.seals for key in self.keys)


def _place(config: Config) -> Path:
    """Never inside the database: what restores that must not take the ledger back too."""
    if config.erasure_ledger:
        return config.erasure_ledger
    if is_postgres(config.database_url):
        return Path("var/erased")
    path = sqlite_path(config.database_url)
    return path.with_name(path.name + ".erased")


def _append(path: Path, lines: bytes) -> None:
    """Add lines and have them on the disk, the new file's name too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # The break ends half a line that a crash may have left, so that it spoils no other; empty lines are skipped.
        file.write(b"\n" + lines)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _seal(key: str, identity: str) -> str:
    return hmac.new(f"erasure {key}".encode(), identity.encode(), hashlib.sha256).hexdigest()


def _name(key: str) -> str:
    return hashlib.sha256(f"erasure ledger {key}".encode()).hexdigest()[:8]
