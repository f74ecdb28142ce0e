"""Talk to the server as one account. No token, account or recovery code is lost to a crash or a lost answer."""

import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from . import patience
from .patience import TRIES, pause
from .refusals import ServerError, checked, insist_on_whole_head
from .store import Store

TIMEOUT = (5, 30)  # s to connect, to answer
FORMAT_HEADER, FORMAT = "Skinscore-Format", "1"  # of records and sync; `client-too-old` when it is retired
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ENDED = {"refresh-reused", "refresh-expired", "refresh-revoked"}
OTHER_ACCOUNT = "this history belongs to another account: use another --home for it, or `erase` this one"


class Server:
    """One account on one server; tokens live in the store's settings."""

    def __init__(self, url: str, store: Store, tries: int = TRIES) -> None:
        self.url, self.store, self.tries = url.rstrip("/"), store, tries
        self.session = requests.Session()
        self.session.trust_env = urlsplit(url).hostname not in LOOPBACK  # no proxy leads back to this machine
        self.session.hooks["response"].append(insist_on_whole_head)
        self._access: str | None = None
        self._refreshing = threading.Lock()
        self._login = threading.RLock()  # both tokens change together

    def sign_in(
        self,
        how: str,
        email: str,
        password: str,
        device: str,
        code: str | None = None,
        consents: Mapping[str, int] | None = None,
    ) -> str | None:
        """Register (`consents`: versions of the texts agreed to), log in or recover with a code (`how`).

        A recovery code to be shown once, from all but a login. The history is bound to the account together with the
        first token.
        """
        self._require_own(how, email)
        body: dict[str, Any] = {"email": email, "password": password, "device_name": device, "platform": "python"}
        body |= {"recovery_code": code} if code else {}
        body |= {"consents": dict(consents)} if consents else {}
        body |= {"idempotency_key": self._attempt()} if how != "login" else {}
        issued = self._send("POST", f"/v1/auth/{how}", json=body).json()
        if self.store.setting("account") not in (None, issued["account_id"]):
            self._send("POST", "/v1/auth/logout", token=issued["access_token"])
            raise ServerError("other-account", OTHER_ACCOUNT)
        with self._login:
            with self.store.transaction():
                self.store.set("account", issued["account_id"])
                self.store.set("email", email.lower())
                self.store.set("attempt", None)
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
                issued = self._send("POST", "/v1/auth/refresh", json={"refresh_token": token}).json()
            except ServerError as error:
                if error.slug in ENDED:
                    self._while_held(token, self.forget)
                raise
            self._while_held(token, lambda: self._keep(issued))

    def forget(self) -> None:
        """Drop the tokens; the history stays. Those that are still on their way are not kept."""
        with self._login:
            self._access = None
            self.store.set("refresh_token", None)

    def _require_own(self, how: str, email: str) -> None:
        """Refuse another account before the server does anything: makes one, uses a code up, ends device logins."""
        bound = self.store.setting("account") is not None
        if bound and (how == "register" or self.store.setting("email") not in (None, email.lower())):
            raise ServerError("other-account", OTHER_ACCOUNT)

    def _attempt(self) -> str:
        """Names the attempt under way; kept until it is answered, so that a try after a crash is a repeat too."""
        if (key := self.store.setting("attempt")) is None:
            self.store.set("attempt", key := secrets.token_urlsafe(24))
        return key

    def _while_held(self, token: str, change: Callable[[], None]) -> None:
        """Raises `ServerError` where that login ended, or another began, while the answer was on its way."""
        with self._login:
            if self.store.setting("refresh_token") != token:
                raise ServerError("unauthorized", "the login here changed meanwhile: try again")
            change()

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
                    unreachable = f"{self.url} cannot be reached; nothing is lost, try again later"
                    raise ServerError("offline", unreachable) from None
                patience.wait(pause(attempt), f"{self.url} does not answer")
                continue
            asked = patience.asked(answer)
            if answer.status_code not in patience.AGAIN or last or asked > patience.LONGEST:
                return checked(answer)
            patience.wait(max(pause(attempt), asked), "the server is busy")
        raise AssertionError("unreachable: the last try returns or raises")
