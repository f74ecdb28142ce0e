"""Routes of the history: pull and push."""

from typing import Any

from flask import current_app
from flask_jwt_extended import jwt_required
from flask_openapi import APIBlueprint, Tag, validate_request
from pydantic import BaseModel, ConfigDict, Field

from api import history, tokens
from api.accounts import need_consent
from api.problems import Problem

routes = APIBlueprint("sync", __name__, url_prefix="/v1", abp_tags=[Tag(name="Sync")], abp_security=tokens.BEARER)
MAX_BYTES = 1 << 20


class PullQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cursor: str | None = Field(None, max_length=400, description="next_cursor of the last page; leave out to start")
    limit: int = Field(history.PAGE, ge=1, le=history.MAX_PAGE)


class PushBody(BaseModel):
    """Items are checked one by one: a bad one gets a verdict and blocks nobody."""

    model_config = ConfigDict(extra="forbid")
    records: list[Any] = []
    deletes: list[Any] = []


@routes.get("/sync", summary="The page of records and tombstones after a cursor")
@jwt_required()
@validate_request()
def pull(query: PullQuery) -> dict[str, Any]:
    return history.pull(need_consent("sync"), query.cursor, query.limit, _key())


@routes.post("/sync", summary="Push up to 200 records and deletes; a verdict for each")
@jwt_required()
@validate_request()
def push(body: PushBody) -> dict[str, Any]:
    account = need_consent("sync")
    if len(body.records) + len(body.deletes) > history.MAX_ITEMS:
        raise Problem("too-large", f"at most {history.MAX_ITEMS} records and deletes a push")
    return history.push(account, body.records, body.deletes)


def _key() -> str:
    return current_app.extensions["skinscore"].refresh_key
