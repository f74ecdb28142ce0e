"""Routes beside the API proper: health and the OpenAPI document."""

from typing import Any, Literal

from flask import current_app
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api import beats
from api.answers import OBJECT, STORED, answers
from api.models import current_bundle

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
    """Writes, as only that shows it; not when it was asked a second ago, since anybody may ask."""
    if not 0 <= beats.silence(beats.CHECK) <= 1:
        beats.beat(beats.CHECK)
    return {"status": "ok", "worker": beats.worker_is_alive(), "bundle_sha256": current_bundle().sha256}


@routes.get("/openapi.json", summary="This description", responses=answers({200: OBJECT}))
def openapi() -> dict[str, Any]:
    return current_app.api_doc  # type: ignore[attr-defined]
