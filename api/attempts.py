"""Registering and recovering, so that a lost answer is no loss: the same request again is answered as the first time.

The client makes an `idempotency_key` for each attempt and sends it with every try. Device login and recovery code of
the answer are worked out from it under REFRESH_KEY, so a repeat changes nothing, and it does not matter which of
several tries arrives last. Of the key itself nothing is kept: what the database holds opens no account. A repeat needs
the password as well, and is one for a day at most, while nobody used what the first answer gave: it had arrived then.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from api import clock, credentials, logins, passwords
from api.config import current
from api.tables import Account, Device

REPEAT_SECONDS = 86400
REPEAT = (
    "A repeat with the same `idempotency_key` and password, after a lost answer, gets the same answer: for a day, and "
    "until a token of it is used."
)


@dataclass(frozen=True)
class Attempt:
    """One registration, or one recovery by `proof`, the code; without a key every try stands for itself."""

    key: str | None
    proof: str = ""

    def begin(self, account: Account, name: str, platform: str) -> dict[str, Any]:
        """A device login with its tokens, and a recovery code to be shown once. Belongs in a write transaction."""
        code = credentials.new_recovery_code(account, self._bytes("code", account))
        issued = logins.start(account, name, platform, self._login(account))
        return issued | {"recovery_code": code}

    def answered(self, email: str, password: str) -> dict[str, Any] | None:
        """The answer again, if it was given and never arrived; None where this is no such repeat."""
        account = Account.get_or_none(Account.email == email)
        if account is None or self.key is None:
            return None
        device, code = self._unused(account), credentials.code_of(self._bytes("code", account))
        if device is None or not credentials.opens(account, code):
            return None
        right = passwords.matches(account.password_hash, password)
        return logins.issued(device) | {"recovery_code": code} if right else None

    def _unused(self, account: Account) -> Device | None:
        untouched = (Device.generation == 1) & (Device.seen == 0)
        lately = Device.created_at > clock.now() - REPEAT_SECONDS
        this = (Device.id == self._login(account)) & (Device.account == account)
        return Device.get_or_none(this & untouched & lately)

    def _login(self, account: Account) -> str:
        return self._bytes("login", account)[:16].hex()

    def _bytes(self, what: str, account: Account) -> bytes:
        """32 bytes that only this server works out, and only for who knows the attempt's key."""
        if self.key is None:
            return secrets.token_bytes(32)
        told = f"{what} {account.id} {credentials.read(self.proof)} {self.key}"
        return hmac.new(f"attempt {current().refresh_key}".encode(), told.encode(), hashlib.sha256).digest()
