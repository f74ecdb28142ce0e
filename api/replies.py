"""What routes answer when all is well, for the description in /docs."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.records import Id, Record


class Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FreshToken(Reply):
    access_token: str
    expires_in: int = Field(description="seconds")


class Tokens(FreshToken):
    account_id: str
    device_id: str
    refresh_token: str = Field("", description="apps only; browsers get a cookie that no script reads")


class TokensAndCode(Tokens):
    recovery_code: str = Field(description="shown this once; sets a new password by /v1/auth/recover")


class ConsentText(Reply):
    version: int
    text: str


class AccountReply(Reply):
    account_id: str
    email: str
    consents: dict[str, bool] = Field(description="whether the text as it stands now is agreed to")
    consent_texts: dict[str, ConsentText]
    recovery_code: str = Field("", description="when a new one was asked for, this once")


class Receipt(Reply):
    receipt: str = Field(description="HMAC that proves the deletion to the operator")
    erased_at: int
    records: int


class DeviceReply(Reply):
    id: str
    name: str
    platform: str
    created_at: int
    last_used: int
    current: bool


class Devices(Reply):
    devices: list[DeviceReply]


class HeadReply(Reply):
    """Number of the last change; count and xor of the live records, by which a client sees a loss."""

    seq: int
    count: int
    xor: str = Field(
        pattern="^[0-9a-f]{16}$",
        description="XOR of the first 8 bytes of all live records' content hashes, in hexadecimal; a content hash is "
        "the SHA-256 of a record's JSON in UTF-8 with sorted keys, no spaces and no needless escapes (RFC 8785)",
    )


class Numbered(Reply):
    seq: int
    record: Record


class TombstoneReply(Reply):
    seq: int
    id: Id


class PageReply(Reply):
    records: list[Numbered]
    tombstones: list[TombstoneReply]
    next_cursor: str
    has_more: bool
    head: HeadReply


class VerdictReply(Reply):
    """`seq` unless invalid; `record` is the server's copy after a conflict; `problem` says why it is invalid."""

    id: str | None
    verdict: Literal["created", "duplicate", "conflict", "deleted", "invalid"]
    seq: int = 0
    record: Record | None = None
    problem: dict[str, Any] = {}


class Pushed(Reply):
    results: list[VerdictReply]
    head: HeadReply


class Spread(Reply):
    min: int
    mean: int
    max: int


class Bucket(Reply):
    bucket: str
    count: int
    expected_milli: Spread
    suspect_clock: int
    not_learned: int


class ModelChange(Reply):
    model_config = ConfigDict(extra="allow")  # `from` and `to`, a model each

    captured_at: str
    bucket: str


class TrendReply(Reply):
    attribute: str
    part: int | None
    bucket: str
    buckets: list[Bucket]
    model_changes: list[ModelChange]


class JobReply(Reply):
    """`result` once it succeeded, `problem` once it failed."""

    id: str
    status: Literal["queued", "running", "succeeded", "failed"]
    attempts: int
    result: dict[str, Any] = {}
    problem: dict[str, Any] = {}


class Current(Reply):
    bundle_sha256: str
    name: str
    version: str
    sequence: int
