"""Fetch one file of a bundle: no byte twice, none too many, and nothing under its name before its hash is right.

What has arrived lies in NAME.part. A download that broke off goes on from there, also after a restart; `If-Range`
makes sure that both halves are of the same file.
"""

import errno
import hashlib
import os
import shutil
import time
from pathlib import Path
from typing import Any, BinaryIO

import requests

from .bundle import fits
from .channel import UpdateRefused
from .http import Server, ServerError, pause

CHUNK = 1 << 16  # bytes
ROOM = 16 << 20  # bytes that stay free for the history and everything else on the device
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Wrong(Exception):
    """Bytes that are not those of the bundle."""


class Partial:
    """A file that grows until it is whole."""

    def __init__(self, file: BinaryIO, part: dict[str, Any]) -> None:
        self.file, self.part, self.size, self.digest = file, part, 0, hashlib.sha256()
        file.seek(0)
        while chunk := file.read(CHUNK):
            self._count(chunk)
        if self.size > part["bytes"]:
            self.restart()

    def _count(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.digest.update(chunk)

    def restart(self) -> None:
        """Nothing of it has arrived."""
        self.file.truncate(0)
        self.size, self.digest = 0, hashlib.sha256()

    def add(self, chunk: bytes) -> None:
        """The next bytes. Raises `Wrong` when they are more than the bundle lists."""
        self._count(chunk)
        if self.size > self.part["bytes"]:
            raise Wrong
        self.file.write(chunk)

    def settle(self) -> None:
        """All is there, and on the disk. Raises `Wrong` when it is not what was signed."""
        if self.digest.hexdigest() != self.part["sha256"]:
            raise Wrong
        self.file.flush()
        os.fsync(self.file.fileno())


def insist_on_room(folder: Path, parts: list[dict[str, Any]]) -> None:
    """Raises `UpdateRefused` before anything is fetched that would fill the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = sum(part["bytes"] - _arrived(folder / part["path"], part) for part in parts)
    free = shutil.disk_usage(folder).free
    if missing and missing + ROOM > free:
        needs, has = (f"{count / 1e6:.0f} MB" for count in (missing + ROOM, free))
        raise UpdateRefused("no-room", f"the new model needs {needs} of room and {has} are free: make room, try again")


def _arrived(path: Path, part: dict[str, Any]) -> int:
    there = next((one for one in (path, unfinished(path)) if one.is_file()), None)
    return min(there.stat().st_size, part["bytes"]) if there else 0


def unfinished(path: Path) -> Path:
    """Where a file lies until it is whole."""
    return path.with_name(path.name + ".part")


def fetch_part(server: Server, folder: Path, part: dict[str, Any]) -> None:
    """Have one file of a bundle whole in `folder`. Raises `UpdateRefused` or `ServerError`; what arrived is kept."""
    path = folder / part["path"]
    if path.is_file() and fits(path.read_bytes(), part):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with unfinished(path).open("ab+") as file:
            partial = Partial(file, part)
            _complete(server, partial)
            partial.settle()
    except Wrong:
        unfinished(path).unlink()
        raise UpdateRefused("damaged", f"{part['path']} arrived damaged: try again") from None
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise UpdateRefused("no-room", f"no room is left for {part['path']}: make room, try again") from None
    os.replace(unfinished(path), path)


def _complete(server: Server, partial: Partial) -> None:
    """Fetch what is missing; a connection that breaks is taken up again as long as it gets further than all before."""
    fruitless, furthest = 0, partial.size
    while partial.size < partial.part["bytes"]:
        before = partial.size
        try:
            _append(server, partial)
            if partial.size == before:  # an answer that is complete and brings nothing
                raise Wrong
        except requests.RequestException:  # the connection broke; asking for it again is what mends that
            fruitless = 0 if partial.size > furthest else fruitless + 1
            furthest = max(furthest, partial.size)
            if fruitless == server.tries:
                raise ServerError("offline", _broke_off(partial)) from None
            time.sleep(pause(fruitless))


def _append(server: Server, partial: Partial) -> None:
    sha256, start = partial.part["sha256"], partial.size
    headers = {"Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={start}-", "If-Range": f'"{sha256}"'} if start else {}
    with _opened(server, f"/v1/models/files/{sha256}", headers) as answer:
        if answer.status_code != 206:
            partial.restart()
        elif not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            raise Wrong
        for chunk in answer.iter_content(CHUNK):
            partial.add(chunk)


def _opened(server: Server, path: str, headers: dict[str, str]) -> requests.Response:
    try:
        return server.stream(path, headers)
    except ServerError as error:
        if error.slug != "range-not-satisfiable":
            raise
    raise Wrong  # the server's file ends before the signed one does


def _broke_off(partial: Partial) -> str:
    done, whole = partial.size / 1e6, partial.part["bytes"] / 1e6
    return f"the download broke off at {done:.1f} of {whole:.1f} MB; next time it goes on from there"
