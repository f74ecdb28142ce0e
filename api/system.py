"""Routes beside the API proper: health and the OpenAPI document."""

from typing import Any, Literal

from flask import current_app, redirect
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as WerkzeugResponse

from api import clock
from api.answers import OBJECT, STORED, answers
from api.database import write_transaction
from api.jobs import BEAT_SECONDS
from api.models import current_bundle
from api.tables import WorkerBeat

routes = APIBlueprint("system", __name__, abp_tags=[Tag(name="System")])


class Health(BaseModel):
    status: Literal["ok"]


class Readiness(Health):
    worker: bool = Field(description="a heatmap worker was alive within the last half minute")
    bundle_sha256: str


@routes.get("/healthz", summary="Whether the process answers", responses=answers({200: Health}))
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@routes.get(
    "/readyz",
    summary="Whether the database can be written, a bundle is there, a worker is alive",
    responses=answers({200: Readiness}, *STORED),
)
def readyz() -> dict[str, Any]:
    with write_transaction():
        beat = WorkerBeat.get_or_none(WorkerBeat.id == 1)
    alive = beat is not None and clock.now() - beat.at <= BEAT_SECONDS
    return {"status": "ok", "worker": alive, "bundle_sha256": current_bundle().sha256}


@routes.get("/openapi.json", summary="This description", responses=answers({200: OBJECT}))
def openapi() -> dict[str, Any]:
    return current_app.api_doc  # type: ignore[attr-defined]


@routes.get("/docs", doc_ui=False)
def docs() -> WerkzeugResponse:
    return redirect("/docs/swagger")
