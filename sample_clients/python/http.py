"""Talk to the server: tokens, problem documents, patience. No token is lost to a crash or a lost answer."""

import random
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import requests

from .store import Store

TIMEOUT = (5, 30)  # s to connect, to answer
FORMAT_HEADER, FORMAT = "Skinscore-Format", "1"  # of records and sync; `client-too-old` when it is retired
ANSWERS = ("application/json", "image/png", "application/octet-stream")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ENDED = {"refresh-reused", "refresh-expired", "refresh-revoked"}
OTHER_ACCOUNT = "this history belongs to another account: use another --home for it"
TRIES, FIRST_PAUSE, LONGEST_PAUSE = 4, 1.0, 300.0  # s


class ServerError(RuntimeError):
    """The server said no, or cannot be reached; `slug` is the problem's type, `offline` when there was no answer."""

    def __init__(self, slug: str, sentence: str) -> None:
        super().__init__(sentence)
        self.slug = slug


class Server:
    """One account on one server; tokens live in the store's settings."""

    def __init__(self, url: str, store: Store, tries: int = TRIES) -> None:
        self.url, self.store, self.tries = url.rstrip("/"), store, tries
        self.session = requests.Session()
        self.session.trust_env = urlsplit(url).hostname not in LOOPBACK  # no proxy leads back to this machine
        self._access: str | None = None
        self._refreshing = threading.Lock()

    def sign_in(self, how: str, email: str, password: str, device: str, code: str | None = None) -> str | None:
        """Register, log in or recover (`how`); a recovery code to be shown once, from all but a login.

        The history is bound to the account together with the first token.
        """
        if how == "register" and self.store.setting("account"):  # before there is an account that nothing here may join
            raise ServerError("other-account", OTHER_ACCOUNT)
        body = {"email": email, "password": password, "device_name": device, "platform": "python"}
        body |= {"recovery_code": code} if code else {}
        issued = self._send("POST", f"/v1/auth/{how}", json=body).json()
        if self.store.setting("account") not in (None, issued["account_id"]):
            self._send("POST", "/v1/auth/logout", token=issued["access_token"])
            raise ServerError("other-account", OTHER_ACCOUNT)
        with self.store.transaction():
            self.store.set("account", issued["account_id"])
            self.store.set("refresh_token", issued["refresh_token"])
        self._access = issued["access_token"]
        return issued.get("recovery_code")

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """An authorised request; refreshes the access token once when it is missing or refused."""
        if self._access is None:
            self.refresh(None)
        used = self._access
        try:
            return self._send(method, path, token=used, **options)
        except ServerError as error:
            if error.slug != "invalid-token":
                raise
        self.refresh(used)
        return self._send(method, path, token=self._access, **options)

    def fetch(self, path: str) -> bytes:
        """What anybody may read; no token is sent."""
        return self._send("GET", path).content

    def stream(self, path: str, headers: dict[str, str]) -> requests.Response:
        """The same, to be read piece by piece and closed."""
        return self._send("GET", path, headers=headers, stream=True)

    def refresh(self, used: str | None) -> None:
        """A new access token, unless another thread fetched one since `used`. Logs out only when told to."""
        with self._refreshing:
            if self._access is not None and self._access != used:
                return
            token = self.store.setting("refresh_token")
            if token is None:
                raise ServerError("unauthorized", "not signed in: use `login` or `register` first")
            try:
                self._keep(self._send("POST", "/v1/auth/refresh", json={"refresh_token": token}).json())
            except ServerError as error:
                if error.slug in ENDED:
                    self.forget()
                raise

    def forget(self) -> None:
        """Drop the tokens; the history stays."""
        self._access = None
        self.store.set("refresh_token", None)

    def _keep(self, issued: dict[str, Any]) -> None:
        self.store.set("refresh_token", issued["refresh_token"])
        self._access = issued["access_token"]

    def _send(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        headers = {FORMAT_HEADER: FORMAT} | options.pop("headers", {})
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        for attempt in range(self.tries):
            last = attempt == self.tries - 1
            try:
                answer = self.session.request(method, self.url + path, headers=headers, timeout=TIMEOUT, **options)
            except requests.RequestException:
                if last:
                    raise ServerError(
                        "offline", f"{self.url} cannot be reached; nothing is lost, try again later"
                    ) from None
                time.sleep(pause(attempt))
                continue
            if answer.status_code not in (429, 500, 502, 503, 504) or last:
                return _checked(answer)
            time.sleep(max(pause(attempt), _asked_pause(answer)))
        raise AssertionError("unreachable: the last try returns or raises")


def pause(attempt: int) -> float:
    """Full jitter: anything up to 1 s, 2 s, 4 s …"""
    return random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))


def _asked_pause(answer: requests.Response) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_PAUSE) if asked.isdecimal() else 0.0


def _checked(answer: requests.Response) -> requests.Response:
    if answer.status_code < 400:
        has_body = answer.status_code not in (204, 304)  # asking for the content would read a stream to its end
        if has_body and answer.headers.get("Content-Type", "").partition(";")[0] not in ANSWERS:
            raise ServerError("unexpected", "what answers there is no SkinScore server: check --server and the network")
        return answer
    try:
        problem = answer.json()
        slug, text = problem["type"].rsplit(":", 1)[-1], problem.get("detail") or problem["title"]
        faults = [f"{fault['pointer'].strip('/')}: {fault['detail']}" for fault in problem.get("errors", [])]
        text = "; ".join([text, *faults])
    except (ValueError, KeyError, AttributeError, TypeError):
        slug, text = "unexpected", f"the server answered {answer.status_code} without a reason"
    raise ServerError(slug, text)
