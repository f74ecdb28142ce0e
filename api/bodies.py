"""What the routes of accounts take: strict types, no unknown fields."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api import passwords


def email_address(value: str) -> str:
    """In lower case. Raises ValueError for what is no address."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise ValueError("write an e-mail address such as me@example.org")
    return value.lower()


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("leave out control characters")
    return value


Email = Annotated[str, Field(max_length=254), AfterValidator(_printable), AfterValidator(email_address)]
Password = Annotated[str, Field(min_length=passwords.MIN_LENGTH, max_length=passwords.MAX_LENGTH)]
# `true` is the first version, the only text that a client which says so can have shown; `false` and 0 withdraw.
Version = Annotated[bool | Annotated[int, Field(ge=0, le=1000)], AfterValidator(int)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Consents(Strict):
    sync: Version | None = None
    heatmap: Version | None = None

    def said(self) -> dict[str, int]:
        """The purposes that were named, with their version."""
        return self.model_dump(exclude_none=True)


class DeviceName(Strict):
    """How the device login is listed. A browser is told by its `Origin`, whatever platform it names."""

    device_name: Annotated[str, Field(max_length=80), AfterValidator(_printable)] = ""
    platform: Annotated[str, Field(max_length=40), AfterValidator(_printable)] = ""


class Credentials(DeviceName):
    email: Email
    password: Password


class Registration(Credentials):
    consents: Consents = Consents()


class Recovery(Credentials):
    """`password` is the new one."""

    recovery_code: Annotated[str, Field(max_length=80)]


class Refresh(Strict):
    refresh_token: Annotated[str, Field(max_length=200)] | None = Field(None, description="apps only; browsers: cookie")


class Reauthentication(Strict):
    password: Password


class AccountPatch(Strict):
    """`password` and `new_recovery_code` need a fresh token."""

    consents: Consents = Consents()
    password: Password | None = None
    new_recovery_code: bool = False
