"""Routes of the history: pull, push, trend."""

import re
from typing import Annotated, Any, Literal

from flask import Response, current_app, g, request
from flask_jwt_extended import jwt_required
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field, SkipValidation, WithJsonSchema

from api import filing, history, records, tokens, trend
from api.answers import PRIVATE, SENT, STORED, answers
from api.consents import need_consent
from api.problems import Problem
from api.records import ID_FORM, Record
from api.replies import PageReply, Pushed, TrendReply
from api.tables import Account
from api.validation import validated

routes = APIBlueprint("sync", __name__, url_prefix="/v1", abp_tags=[Tag(name="Sync")], abp_security=tokens.BEARER)
MAX_BYTES = 1 << 20
SYNCING = (*PRIVATE, *STORED, "bad-request", "consent-required", "client-too-old", "invalid")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PullQuery(Strict):
    cursor: str | None = Field(
        None, min_length=1, max_length=400, description="next_cursor of the last page; leave out to start"
    )
    limit: int = Field(history.PAGE, ge=1, le=history.MAX_PAGE)


class PushBody(Strict):
    """Items are checked one by one: a bad one gets a verdict and blocks nobody."""

    records: list[SkipValidation[Record]] = Field(
        [], description="scores and notes, as a pull gives them in `record`", examples=[[records.EXAMPLE]]
    )
    deletes: list[Annotated[Any, WithJsonSchema(ID_FORM)]] = Field(
        [], description="ids of records", examples=[["0190a000-0000-7000-8000-000000000002"]]
    )


class TrendQuery(Strict):
    attribute: str = Field(pattern=records.KEY, examples=["oil"])
    part: int | None = Field(None, ge=0, le=3, description="all parts when left out")
    bucket: Literal["day", "week", "month"] = Field("day", description="by the local date of each score; ISO weeks")
    since: str | None = Field(None, pattern=trend.DATE, description="first local date")
    until: str | None = Field(None, pattern=trend.DATE, description="last local date")


@routes.get(
    "/sync",
    summary="The page of records and tombstones after a cursor",
    description="The ETag says up to where you stand after the page; sent back as If-None-Match it gets 304 while "
    "there is nothing newer.",
    responses=answers({200: PageReply, 304: None}, *SYNCING, "cursor-expired"),
)
@jwt_required()
@validated
def pull(query: PullQuery) -> Response:
    account, had = _account(), request.if_none_match.as_set(include_weak=True)
    page = history.unchanged(g.head, query.cursor, _key(), had)
    page = page or history.pull(account, query.cursor, query.limit, _key())
    response = Response(page.text, 304 if page.text is None else 200, content_type="application/json")
    response.set_etag(page.etag)
    return response


@routes.post(
    "/sync",
    summary="Push up to 200 records and deletes; a verdict for each",
    responses=answers({200: Pushed}, *SYNCING, *SENT),
)
@jwt_required()
@validated
def push(body: PushBody) -> dict[str, Any]:
    account = _account()
    if len(body.records) + len(body.deletes) > filing.MAX_ITEMS:
        raise Problem("too-large", f"at most {filing.MAX_ITEMS} records and deletes a push")
    return filing.push(account, body.records, body.deletes)


@routes.get(
    "/scores/trend",
    summary="One attribute over days, weeks or months",
    responses=answers({200: TrendReply}, *SYNCING),
)
@jwt_required()
@validated
def show_trend(query: TrendQuery) -> dict[str, Any]:
    asked = trend.Asked(query.attribute, query.part, query.bucket, query.since, query.until)
    return trend.trend(_account(), asked)


def _account() -> Account:
    """The account, when it consented to sync and the app speaks a format that is still served."""
    account = need_consent("sync")
    stated = request.headers.get(records.FORMAT_HEADER, str(records.FORMAT))
    if not re.fullmatch(r"[0-9]{1,6}", stated):
        raise Problem("bad-request", f"{records.FORMAT_HEADER} must be a whole number, such as {records.FORMAT}")
    if int(stated) < records.OLDEST_FORMAT:
        raise Problem(
            "client-too-old", f"format {stated} is retired: update the app; what it holds stays and is sent then"
        )
    return account


def _key() -> str:
    return current_app.extensions["skinscore"].refresh_key
