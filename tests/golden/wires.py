"""Ways to carry a conversation: record it, speak a client's part to the server, play the server to a client."""

import io
import json
from collections.abc import Mapping
from typing import Any

import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.golden.names import Names

ASKED = ("Authorization", "If-None-Match", "Skinscore-Format")
ANSWERED = ("Cache-Control", "Content-Type", "ETag", "Retry-After", "WWW-Authenticate")
SERVER = "https://server"
Exchange = dict[str, Any]


class Recorder:
    """A client's session against the application; `lose` is how many of the next answers never arrive."""

    def __init__(self, app: FlaskClient, names: Names) -> None:
        self.app, self.names, self.lose, self.heard = app, names, 0, list[Exchange]()

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """What requests.Session does."""
        asked = asked_of(method, url, options)
        answer = send(self.app, asked)
        shown = shown_answer(answer)
        self.names.learn(asked["body"])
        self.names.learn(shown["headers"])
        self.names.learn(shown["body"])
        lost = {"lost": True} if self.lose else {}
        self.heard.append(self.names.hide({"request": asked, "response": shown} | lost))
        if self.lose:
            self.lose -= 1
            raise requests.ConnectionError("the answer was lost")
        return as_response(shown)


class Player:
    """The server's part, read from a file: each request must be the one written there.

    `names` are those of the whole conversation: what a client makes itself it must send again in later steps.
    """

    def __init__(self, exchanges: list[Exchange], names: Names) -> None:
        self.left, self.names = list(exchanges), names

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """The answer that is written for this request."""
        asked = asked_of(method, url, options)
        assert self.left, f"nothing more is written, the client asks {asked}"
        expected = self.left.pop(0)
        assert self.names.differences(expected["request"], asked) == []
        if expected.get("lost"):
            raise requests.ConnectionError("the answer was lost")
        return as_response(expected["response"])


def send(app: FlaskClient, asked: dict[str, Any]) -> TestResponse:
    """Speak one written request to the application."""
    options = {"json": asked["body"]} if asked["body"] is not None else {}
    return app.open(
        asked["path"], method=asked["method"], headers=asked["headers"], query_string=asked["query"], **options
    )


def shown_answer(answer: TestResponse) -> dict[str, Any]:
    """Of an answer what clients go by."""
    headers = {name: answer.headers[name] for name in ANSWERED if name in answer.headers}
    return {"status": answer.status_code, "headers": headers, "body": json.loads(answer.data) if answer.data else None}


def asked_of(method: str, url: str, options: dict[str, Any]) -> dict[str, Any]:
    """A client's request as it is written."""
    headers = {name: options["headers"][name] for name in ASKED if name in options["headers"]}
    query = {name: str(value) for name, value in (options.get("params") or {}).items()}
    path = url.removeprefix(SERVER)
    return {"method": method, "path": path, "query": query, "headers": headers, "body": options.get("json")}


def as_response(shown: dict[str, Any]) -> requests.Response:
    """A written answer as a client gets it."""
    body = b"" if shown["body"] is None else json.dumps(shown["body"]).encode()
    return response(shown["status"], body, shown["headers"])


def response(status: int, body: bytes, headers: Mapping[str, str]) -> requests.Response:
    """What requests.Session gives: an answer whose body is still to be read."""
    answer = requests.Response()
    answer.status_code, answer.raw = status, io.BytesIO(body)
    answer.headers.update(headers)
    return answer
