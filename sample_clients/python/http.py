"""Talk to the server as one account. No token, account or recovery code is lost to a crash or a lost answer."""

import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests

from . import patience
from .answers import Answer, ServerError, checked, whole
from .form import maybe
from .patience import TRIES, pause
from .store import Store
from .wire import request, session_for

TOKENS = {"access_token": str, "refresh_token": str}
SIGNED_IN = TOKENS | {"account_id": str, "recovery_code": maybe(str)}
ENDED = {"refresh-reused", "refresh-expired", "refresh-revoked"}
Taken = TypeVar("Taken", Answer, requests.Response)
UNREACHABLE = "cannot be reached; nothing is lost, try again later"
OTHER_ACCOUNT = "this history belongs to another account: use another --home for it, or `erase` this one"


class Server:
    """One account on one server; tokens live in the store's settings."""

    def __init__(self, url: str, store: Store, tries: int = TRIES) -> None:
        self.url, self.store, self.tries = url.rstrip("/"), store, tries
        self.session = session_for(self.url)
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

        A recovery code to be shown once, from all but a login. The history is bound with the first token.
        """
        self._require_own(how, email)
        body: dict[str, Any] = {"email": email, "password": password, "device_name": device, "platform": "python"}
        body |= ({"recovery_code": code} if code else {}) | ({"consents": dict(consents)} if consents else {})
        body |= {"idempotency_key": self._attempt()} if how != "login" else {}
        issued = self._send("POST", f"/v1/auth/{how}", json=body).json(SIGNED_IN)
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

    def call(self, method: str, path: str, **options: Any) -> Answer:
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
        return checked(self._ask("GET", path, lambda answer: answer, headers=headers))

    def refresh(self, used: str | None) -> None:
        """A new access token, unless another thread fetched one since `used`. Logs out only when told to."""
        with self._refreshing:
            if self._access is not None and self._access != used:
                return
            token = self.store.setting("refresh_token")
            if token is None:
                raise ServerError("unauthorized", "not signed in: use `login` or `register` first")
            try:
                issued = self._send("POST", "/v1/auth/refresh", json={"refresh_token": token}).json(TOKENS)
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

    def _send(self, method: str, path: str, token: str | None = None, **options: Any) -> Answer:
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return checked(self._ask(method, path, whole, headers=headers, **options))

    def _ask(self, method: str, path: str, read: Callable[[requests.Response], Taken], **options: Any) -> Taken:
        """Ask until there is an answer of which `read` could take what it wants."""
        for attempt in range(self.tries):
            last = attempt == self.tries - 1
            try:
                answer = read(request(self.session, method, self.url, path, **options))
            except requests.RequestException:
                if last:
                    raise ServerError("offline", f"{self.url} {UNREACHABLE}") from None
                patience.wait(pause(attempt), f"{self.url} does not answer")
                continue
            asked = patience.asked(answer.headers)
            if answer.status_code not in patience.AGAIN or last or asked > patience.LONGEST:
                return answer
            patience.wait(max(pause(attempt), asked), "the server is busy")
        raise AssertionError("unreachable: the last try returns or raises")
