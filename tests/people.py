"""Somebody with an account, over one kept connection: light enough to load a server with."""

import http.client
import json
import uuid
from typing import Any

PASSWORD = "a long password"


class Person:
    """One thread's connection and access token; several threads may share an account by `again`."""

    def __init__(self, port: int, email: str | None = None) -> None:
        self.port, self.email = port, email or f"{uuid.uuid4().hex}@example.org"
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.sign_in("login" if email else "register")

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def again(self) -> "Person":
        """The same account on another device."""
        return Person(self.port, self.email)

    def sign_in(self, how: str) -> None:
        """Tokens for this device."""
        agreed = {"consents": {"sync": 1}} if how == "register" else {}
        status, body = self.send("POST", f"/v1/auth/{how}", {"email": self.email, "password": PASSWORD} | agreed)
        if status not in (200, 201):
            raise RuntimeError(f"{how} answered {status}: {body}")
        self.tokens = body

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an authorised request; signs in again when the access token ran out."""
        answer = self.send(method, path, body, self.tokens["access_token"])
        if answer[0] != 401:
            return answer
        self.sign_in("login")
        return self.send(method, path, body, self.tokens["access_token"])

    def send(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """One request; a second try on a new connection, since an idle one is closed by the server."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            return self._once(method, path, data, headers)
        except (http.client.HTTPException, ConnectionError):
            self.line.close()
            return self._once(method, path, data, headers)

    def _once(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
        self.line.request(method, path, data, headers)
        answer = self.line.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
