"""What the server answers: read within bounds, of the form that was asked for; its no as one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import requests

from . import patience
from .form import maybe, parsed

EMPTY = (204, 304)
ANSWERS = ("application/json", "image/png", "application/octet-stream")
LARGEST = 16 << 20  # bytes: the server's largest page, 500 notes of 4,000 characters of 6 bytes each, is 12 MB
CHUNK = 1 << 16  # bytes
PROBLEM = {
    "type": str,
    "title": str,
    "detail": maybe(str),
    "errors": maybe([{"pointer": str, "detail": str}]),
}


class ServerError(RuntimeError):
    """The server said no, or cannot be reached; `slug` is the problem's type, `offline` when there was no answer."""

    def __init__(self, slug: str, sentence: str) -> None:
        super().__init__(sentence)
        self.slug = slug


@dataclass(frozen=True)
class Answer:
    """An answer that arrived whole."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    def json(self, form: Any = dict) -> Any:
        """The body as JSON of this form (see `form.py`). Raises `ServerError`."""
        if (value := parsed(self.content, form)) is None:
            raise ServerError("unexpected", "the server answers otherwise than this client reads: update the client")
        return value


Checked = TypeVar("Checked", Answer, requests.Response)


def whole(answer: requests.Response) -> Answer:
    """All of an answer. Raises `ServerError` for too large a one, `requests.RequestException` where it breaks off."""
    held = bytearray()
    with answer:
        for chunk in answer.iter_content(CHUNK):
            held += chunk
            if len(held) > LARGEST:
                raise ServerError("unexpected", "the server's answer is too large to be SkinScore's: check --server")
    return Answer(answer.status_code, answer.headers, bytes(held))


def checked(answer: Checked) -> Checked:
    """The answer, if it is a good one of a SkinScore server. Raises `ServerError`."""
    status = answer.status_code
    if status < 300 or status in EMPTY:
        has_body = status not in EMPTY  # asking for the content would read a stream to its end
        if has_body and answer.headers.get("Content-Type", "").partition(";")[0] not in ANSWERS:
            raise ServerError("unexpected", "what answers there is no SkinScore server: check --server and the network")
        return answer
    if status < 400:  # whoever followed would send logins and photos there
        raise ServerError("bad-server", "the server sends on to another address: name that one with --server")
    slug, text = _read(answer if isinstance(answer, Answer) else whole(answer))
    seconds = patience.asked(answer.headers)
    raise ServerError(slug, f"{text}; come again after {patience.clock(seconds)}" if seconds else text)


def _read(answer: Answer) -> tuple[str, str]:
    if (problem := parsed(answer.content, PROBLEM)) is None:
        return "unexpected", f"the server answered {answer.status_code} without a reason"
    faults = [f"{fault['pointer'].strip('/')}: {fault['detail']}" for fault in problem.get("errors") or []]
    return problem["type"].rsplit(":", 1)[-1], "; ".join([problem.get("detail") or problem["title"], *faults])
