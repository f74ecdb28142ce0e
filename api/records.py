"""The record on the wire: immutable, integers only, checked field by field; unknown attributes are stored."""

import hashlib
import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StrictStr, WithJsonSchema, model_validator

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SHA256 = r"^[0-9a-f]{64}$"
KEY = r"^[a-z][a-z0-9_]{0,39}$"  # of an attribute
FORMAT, OLDEST_FORMAT = 1, 1  # of records and sync: the one written today, the oldest still served
FORMAT_HEADER = "Skinscore-Format"
EXAMPLE = {
    "id": "0190a000-0000-7000-8000-000000000001",
    "kind": "score",
    "captured_at": "2026-05-04T08:30:00+09:00",
    "part": 0,
    "attributes": {
        "oil": {"grade": 2, "balanced": 2, "expected_milli": 2010, "probabilities_e4": [0, 1000, 7900, 1100, 0]}
    },
    "model": {"name": "skinscore", "version": "1.0.0", "sequence": 1},
    "file_sha256": "0" * 64,
    "app": "my app 1.0",
}
RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def uuid7(value: str) -> str:
    """A lower-case UUID of version 7; its time part is not trusted."""
    if not UUID7.fullmatch(value):
        raise ValueError("write a lower-case UUID of version 7")
    return value


def moment(value: str) -> str:
    """An RFC 3339 moment with its offset, kept as the exact string."""
    # The form first: fromisoformat alone also takes week dates, and times without seconds.
    if not RFC3339.fullmatch(value) or not _exists(value):
        raise ValueError("write an RFC 3339 moment with an offset, such as 2026-05-04T08:30:00+09:00")
    return value


def _exists(moment: str) -> bool:
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


def _written(form: re.Pattern[str], kind: str, text: str) -> dict[str, Any]:
    """What the description says of a text that is checked in Python, for a refusal in one sentence."""
    return {"type": "string", "pattern": f"^{form.pattern}$", "format": kind, "description": text}


def _by_attribute(schema: dict[str, Any]) -> None:
    """Say in the words that makers of clients know what pydantic says as `patternProperties`."""
    (scores,) = schema.pop("patternProperties").values()
    schema |= {"propertyNames": {"pattern": KEY}, "additionalProperties": scores}


ID_FORM = _written(UUID7, "uuid", "UUID of version 7, lower case, made on the device")
MOMENT_FORM = _written(RFC3339, "date-time", "RFC 3339 with an offset, kept as the exact string")
Id = Annotated[StrictStr, AfterValidator(uuid7), WithJsonSchema(ID_FORM)]
Moment = Annotated[StrictStr, Field(max_length=40), AfterValidator(moment), WithJsonSchema(MOMENT_FORM)]
Grade = Annotated[StrictInt, Field(ge=0, le=4)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AttributeScore(Strict):
    grade: Annotated[Grade, Field(description="the most probable")]
    balanced: Annotated[Grade, Field(description="the one with the highest expected reward")]
    expected_milli: Annotated[StrictInt, Field(ge=0, le=4000, description="expected grade in thousandths")]
    probabilities_e4: Annotated[
        list[Annotated[StrictInt, Field(ge=0, le=10000)]],
        Field(min_length=5, max_length=5, description="of grades 0 to 4, in ten-thousandths: they sum to 10,000"),
    ]

    @model_validator(mode="after")
    def whole(self) -> "AttributeScore":
        if sum(self.probabilities_e4) != 10000:
            raise ValueError("probabilities_e4 must sum to 10000")
        return self


class ModelName(Strict):
    name: Annotated[StrictStr, Field(min_length=1, max_length=80)]
    version: Annotated[StrictStr, Field(min_length=1, max_length=40)]
    sequence: Annotated[StrictInt, Field(ge=0, lt=2**53)]


class Score(Strict):
    """What a photo was given; its numbers are whole, and written without a point."""

    id: Id
    kind: Literal["score"]
    captured_at: Moment
    part: Annotated[StrictInt, Field(ge=0, le=3, description="0 cheek, 1 forehead, 2 centre, 3 chin and lips")]
    attributes: Annotated[
        dict[Annotated[StrictStr, Field(pattern=KEY)], AttributeScore],
        Field(min_length=1, max_length=40, description="by the attribute's key", json_schema_extra=_by_attribute),
    ]
    model: ModelName
    file_sha256: Annotated[StrictStr, Field(pattern=SHA256, description="of the model file that graded")]
    app: Annotated[StrictStr, Field(max_length=80)]


class Note(Strict):
    id: Id
    kind: Literal["note"]
    score_id: Id
    text: Annotated[StrictStr, Field(max_length=4000, description="empty text takes the score's note away")]


Record = Score | Note


def check(record: Any) -> None:
    """Raises pydantic's ValidationError, with pointers, unless `record` is a score or a note."""
    kind = record.get("kind") if isinstance(record, dict) else None
    (Note if kind == "note" else Score).model_validate(record)


def canonical(record: dict[str, Any]) -> str:
    """The one JSON text of a record: sorted keys, no spaces (RFC 8785 for strings and integers)."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_hash(text: str) -> str:
    """SHA-256 of the canonical text, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def fold(xor: str, hashed: str) -> str:
    """Fold a hash's first 8 bytes into the head's xor; folding again takes it out."""
    return f"{int(xor, 16) ^ int(hashed[:16], 16):016x}"
