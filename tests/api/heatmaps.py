"""Asks for heatmaps, and works on them with answers made up in place of a network."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from flask import Flask
from werkzeug.test import TestResponse

from api import leases, working
from api.explanations import Asked, Explanation
from tests.api.conftest import Person
from tests.api.helpers import PNG

PHOTO_KEY = b"p" * 32

Explain = Callable[[list[Asked]], list[Explanation | ValueError]]


def ask(person: Person, data: bytes = PNG, wait: int = 0, kind: str | None = "image/png", **query: str) -> TestResponse:
    """The answer to a photo that this person sends; `wait` is in seconds."""
    return person.ask(
        "POST", "/v1/heatmaps", data=data, content_type=kind, query_string=query, headers={"Prefer": f"wait={wait}"}
    )


def explain(asked: list[Asked]) -> list[Explanation | ValueError]:
    return [
        Explanation({"attributes": {key: {"grade": 1} for key in keys}}, dict.fromkeys(keys, b"png"))
        for keys in (one.attributes for one in asked)
    ]


def work_once(explainer: Explain = explain, most: int = 1) -> None:
    """Take what waits, `most` at a time, and answer it."""
    working.handle(leases.claim(most), PHOTO_KEY, explainer)


@contextmanager
def working_beside(app: Flask, explainer: Explain = explain) -> Iterator[None]:
    """A worker in a thread, which is ended afterwards."""
    stop = threading.Event()
    rounds = working.Rounds(
        app.extensions["doorbell"], 8, partial(working.handle, photo_key=PHOTO_KEY, explain=explainer)
    )
    thread = threading.Thread(target=rounds.until, args=(stop.is_set,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
