"""What a route may answer, written where the route is: good answers by status, problems by slug.

    @routes.post("/login", responses=answers({200: Tokens}, *SENT, *STORED, "bad-credentials"))

The suite compares this with what it sees, both ways: a status or a problem that is written here must come up in some
test, and nothing else may. 500 `internal` is a fault of ours, and therefore nowhere.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from api.problems import CATALOGUE, urn

PRIVATE = ("unauthorized", "invalid-token")  # wants an access token
FRESH = (*PRIVATE, "fresh-token-required")  # one from `/v1/auth/reauth`
SENT = ("bad-request", "too-large", "unsupported-media-type", "invalid")  # takes a JSON body
STORED = ("busy",)  # needs the database, or a bundle
PROBLEM_TYPE = "application/problem+json"
OBJECT = {"content": {"application/json": {"schema": {"type": "object"}}}}  # a good answer that others describe


class Fault(BaseModel):
    """Where in the request something does not fit, as a JSON pointer."""

    pointer: str
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457; `type` is stable, the texts are for people."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    instance: str
    request_id: str
    detail: str = ""
    errors: list[Fault] = []


def answers(good: dict[int, type[BaseModel] | dict[str, Any] | None], *slugs: str) -> dict[str | int, Any]:
    """The `responses` of a route; None stands for an answer without a body."""
    by_status: dict[int, list[str]] = {}
    for slug in sorted(set(slugs)):
        by_status.setdefault(CATALOGUE[slug][0], []).append(slug)
    told: dict[str | int, Any] = {status: dict(one) if isinstance(one, dict) else one for status, one in good.items()}
    return {**told, **{status: _problem(found) for status, found in sorted(by_status.items())}}


def binary(*kinds: str) -> dict[str, Any]:
    """A good answer, or a body, of bytes."""
    return {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}}


def _problem(slugs: list[str]) -> dict[str, Any]:
    types = {"properties": {"type": {"type": "string", "enum": [urn(slug) for slug in slugs]}}}
    document = {"allOf": [{"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}, types]}
    said = "; ".join(f"`{slug}`: {CATALOGUE[slug][1]}" for slug in slugs)
    return {"description": said, "content": {PROBLEM_TYPE: {"schema": document}}}
