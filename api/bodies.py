"""What the routes of accounts take: strict types, no unknown fields."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from api import consents, passwords

CONTROL = r"\x00-\x1f\x7f-\x9f"
NAME = rf"[^@\s{CONTROL}]+"
EMAIL = rf"^{NAME}@{NAME}\.{NAME}$"


def email_address(value: str) -> str:
    """In lower case. Raises ValueError for what is no address."""
    if not re.fullmatch(EMAIL, value):
        raise ValueError("write an e-mail address such as me@example.org")
    return value.lower()


def _composed(value: Any) -> Any:
    """Keyboards write 한 as one code point or as three: passwords are compared as NFC (RFC 8265, section 4.2.2)."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 1.0 is a whole one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _version_of(purpose: str) -> Any:
    """A version of a text. The newest is told in the description; `consents.record` judges, and says where to look."""
    return Field(ge=0, json_schema_extra={"maximum": consents.TEXTS[purpose].version})


Email = Annotated[
    str,
    # The length first: that alone makes pydantic look whether the text is Unicode.
    Field(max_length=254, json_schema_extra={"pattern": EMAIL}, examples=["me@example.org"]),
    AfterValidator(email_address),
]
Password = Annotated[
    str,
    Field(min_length=passwords.MIN_LENGTH, max_length=passwords.MAX_LENGTH, examples=["a long password"]),
    BeforeValidator(_composed),
]
Printed = Annotated[str, Field(pattern=rf"^[^{CONTROL}]*$")]  # without control characters
AttemptKey = Annotated[
    str,
    Field(
        pattern="^[A-Za-z0-9_-]{22,64}$",
        description="made by the client for this attempt, 128 random bits or more; every try of it is answered alike, "
        "so that a lost answer costs neither the account nor the recovery code",
        examples=["3f0e8a52-6c1d-4b7e-9a43-5d2f1c0b8e97"],
    ),
]


NUMBER = (BeforeValidator(_whole), AfterValidator(int))


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Consents(Strict):
    """Versions of the texts agreed to; what is not named is not agreed to, or stays as it was.

    `true` is the first version, the only text that a client which says so can have shown; `false` and 0 withdraw.
    """

    sync: Annotated[bool | Annotated[int, _version_of("sync")], *NUMBER] | None = None
    heatmap: Annotated[bool | Annotated[int, _version_of("heatmap")], *NUMBER] | None = None

    def said(self) -> dict[str, int]:
        """The purposes that were named, with their version."""
        return self.model_dump(exclude_none=True)


class DeviceName(Strict):
    """How the device login is listed. A browser is told by its `Origin`, whatever platform it names."""

    device_name: Annotated[Printed, Field(max_length=80)] = ""
    platform: Annotated[Printed, Field(max_length=40)] = ""


class Credentials(DeviceName):
    email: Email
    password: Password


class Registration(Credentials):
    consents: Consents = Consents()
    idempotency_key: AttemptKey | None = None


class Recovery(Credentials):
    """`password` is the new one."""

    recovery_code: Annotated[str, Field(max_length=80, examples=["7GQ2M-XK0PD-4RZ1T-WB9HC"])]
    idempotency_key: AttemptKey | None = None


class Refresh(Strict):
    refresh_token: Annotated[str, Field(max_length=200)] | None = Field(None, description="apps only; browsers: cookie")


class Reauthentication(Strict):
    password: Password


class AccountPatch(Strict):
    """`password` and `new_recovery_code` need a fresh token."""

    consents: Consents = Consents()
    password: Password | None = None
    new_recovery_code: bool = False
