"""A device that updates its model in a process of its own, which can be killed at any moment, and what is left then."""

import multiprocessing
import os
import shutil
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path
from unittest import mock

import executorch.runtime  # noqa: F401  each process is a fork of one that has the runtime, so that starting is quick
import torch  # noqa: F401

from sample_clients.python.bundle import Refused
from sample_clients.python.http import Server, ServerError
from sample_clients.python.models import Models
from sample_clients.python.selftest import self_test
from sample_clients.python.store import Store
from sample_clients.python.update import update

DONE, NOT_YET = 0, 3  # exit statuses: updated; refused or offline, the old model stays
PAUSES = ("sample_clients.python.http.pause", "sample_clients.python.download.pause")
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


class Device:
    """An install that came with the bundle in `shipped`."""

    def __init__(self, shipped: Path, home: Path) -> None:
        self.shipped, self.home = shipped, home

    def begin(self, url: str) -> BaseProcess:
        """Start an update in a process of its own."""
        process = processes.Process(target=_update, args=(self.shipped, self.home, url))
        process.start()
        return process

    def update(self, url: str) -> int:
        """Update here and now; the sequence in use afterwards."""
        store = Store(self.home)
        models = Models(self.shipped, self.home, store)
        update(models, Server(url, store))
        sequence = models.open().data["sequence"]
        store.close()
        return sequence

    def works(self) -> int:
        """The sequence of the model in use, after all its golden photos were graded right. Raises `BundleError`."""
        store = Store(self.home)
        bundle = Models(self.shipped, self.home, store).open()
        store.close()
        self_test(bundle, (bundle.model_path.parent / bundle.data["golden"]["path"]).read_bytes())
        return bundle.data["sequence"]

    def damaged(self) -> list[str]:
        """Model files that lie under their name and are not whole."""
        store = Store(self.home)
        models = Models(self.shipped, self.home, store)
        names = [path.name for path in models.folder.glob("[!.]*")] if models.folder.exists() else []
        found = [name for name in names if models.held(name) is None]
        store.close()
        return found

    def as_new(self, other: Path) -> "Device":
        """A copy of this install at another place."""
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(self.home, other)
        return Device(self.shipped, other)


def _update(shipped: Path, home: Path, url: str) -> None:
    os.dup2(os.open(home / "log", os.O_CREAT | os.O_WRONLY), 2)  # the runtime is talkative
    store = Store(home)
    with mock.patch(PAUSES[0], lambda attempt: 0.05), mock.patch(PAUSES[1], lambda attempt: 0.05):
        try:
            update(Models(shipped, home, store), Server(url, store))
        except (Refused, ServerError) as reason:
            print(f"not yet: {reason}", file=sys.stderr)
            sys.exit(NOT_YET)
    sys.exit(DONE)
