"""Routes of heatmaps: ask, wait, look, forget."""

import json
import re
import threading
import time
from typing import Any, Literal

from flask import Response, current_app, request
from flask_jwt_extended import current_user, jwt_required
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from api import jobs, limits, tokens
from api.answers import PRIVATE, STORED, answers, binary
from api.consents import need_consent
from api.database import write_transaction
from api.models import current_bundle
from api.problems import Problem, respond
from api.replies import JobReply
from api.tables import HeatmapJob, HeatmapLayer
from api.validation import validated

routes = APIBlueprint(
    "heatmaps", __name__, url_prefix="/v1", abp_tags=[Tag(name="Heatmaps")], abp_security=tokens.BEARER
)
MAX_WAIT, DEFAULT_WAIT, POLL = 10.0, 2.0, 0.05  # s
_waiting = threading.BoundedSemaphore(6)  # of the 8 threads: whoever syncs or signs in never queues behind waiters
MAGIC = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "image/heic": re.compile(rb"....ftyp", re.DOTALL),
}


FOUND = (*PRIVATE, *STORED, "not-found", "invalid")
FAILED = ("photo-rejected", "poison")  # what became of the photo, when the caller waited for it


class AskQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    attributes: str | None = Field(None, max_length=400, description="keys with commas between; all when left out")
    method: Literal["gradcam"] = "gradcam"


class JobPath(BaseModel):
    job_id: str = Field(max_length=64)


class LayerPath(JobPath):
    attribute: str = Field(max_length=40)


@routes.post(
    "/heatmaps",
    summary="Ask for heatmaps of one photo",
    description="The body is the photo itself (image/jpeg, png, webp or heic, at most 12 MiB). `Prefer: wait=N` "
    "waits up to 10 s for 200; otherwise 202 with Location. Needs the consent `heatmap`.",
    request_body=binary(*MAGIC),
    responses=answers(
        {200: JobReply, 202: JobReply},
        *FOUND,
        *FAILED,
        *("consent-required", "too-large", "unsupported-media-type", "rate-limited", "no-worker"),
    ),
)
@jwt_required()
@limits.explaining
@validated
def ask(query: AskQuery) -> Response:
    account = need_consent("heatmap")
    bundle = current_bundle()
    photo = request.get_data(cache=False)
    _check_type(photo)
    attributes = _attributes(query.attributes, [one["key"] for one in bundle.data["attributes"]])
    config = current_app.extensions["skinscore"]
    job = jobs.submit(account, photo, attributes, bundle.sha256, config.photo_key)
    waited = _wait(job.id, _preferred_wait())
    if waited.status == "failed":
        return respond({**json.loads(waited.problem or "{}"), "job": waited.id})
    response = _answer(waited, 200 if waited.status == "succeeded" else 202)
    response.headers["Location"] = f"/v1/heatmaps/{waited.id}"
    if waited.status != "succeeded":
        response.headers["Retry-After"] = "1"
    return response


@routes.get(
    "/heatmaps/<job_id>", summary="Where a heatmap stands, and its result", responses=answers({200: JobReply}, *FOUND)
)
@jwt_required()
@validated
def look(path: JobPath) -> Response:
    return _answer(_own(path.job_id), 200)


@routes.delete(
    "/heatmaps/<job_id>", summary="Cancel a heatmap, or forget its result", responses=answers({204: None}, *FOUND)
)
@jwt_required()
@validated
def forget(path: JobPath) -> tuple[str, int]:
    job = _own(path.job_id)
    with write_transaction():
        job.delete_instance()
    return "", 204


@routes.get(
    "/heatmaps/<job_id>/<attribute>.png",
    summary="One heat layer, transparent, without photo pixels",
    responses=answers({200: binary("image/png")}, *FOUND),
)
@jwt_required()
@validated
def layer(path: LayerPath) -> Response:
    job = _own(path.job_id)
    held = HeatmapLayer.get_or_none((HeatmapLayer.job == job) & (HeatmapLayer.attribute == path.attribute))
    if held is None:
        raise Problem("not-found")
    return Response(bytes(held.png), content_type="image/png", headers={"Cache-Control": "private, no-store"})


def _check_type(photo: bytes) -> None:
    magic = MAGIC.get(request.mimetype)
    if magic is None or not magic.match(photo):
        raise Problem("unsupported-media-type", f"send the photo itself as {', '.join(MAGIC)}")


def _attributes(asked: str | None, known: list[str]) -> list[str]:
    wanted = known if asked is None else [key.strip() for key in asked.split(",")]
    unknown = [key for key in wanted if key not in known]
    if unknown or not wanted:
        raise Problem("invalid", f"this model grades {', '.join(known)}")
    return [key for key in known if key in wanted]


def _preferred_wait() -> float:
    asked = re.search(r"\bwait=(\d{1,4})\b", request.headers.get("Prefer", ""))
    return min(float(asked[1]), MAX_WAIT) if asked else DEFAULT_WAIT


def _wait(job_id: str, seconds: float) -> HeatmapJob:
    if not _waiting.acquire(blocking=False):
        return _look(job_id, 0.0)
    try:
        return _look(job_id, seconds)
    finally:
        _waiting.release()


def _look(job_id: str, seconds: float) -> HeatmapJob:
    deadline = time.monotonic() + seconds
    while True:
        job = HeatmapJob.get_or_none(HeatmapJob.id == job_id)
        if job is None:
            raise Problem("not-found", "the heatmap was cancelled")
        if job.status not in jobs.OPEN or time.monotonic() >= deadline:
            return job
        time.sleep(POLL)


def _own(job_id: str) -> HeatmapJob:
    job = HeatmapJob.get_or_none((HeatmapJob.id == job_id) & (HeatmapJob.account == current_user.account_id))
    if job is None:
        raise Problem("not-found")
    return job


def _answer(job: HeatmapJob, status: int) -> Response:
    body: dict[str, Any] = {"id": job.id, "status": job.status, "attempts": job.attempts}
    if job.result:
        body["result"] = json.loads(job.result)
    if job.problem:
        body["problem"] = json.loads(job.problem)
    return Response(json.dumps(body), status, content_type="application/json")
