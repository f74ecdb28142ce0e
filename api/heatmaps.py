"""Routes of heatmaps: ask, look, fetch a layer, forget."""

import json
from typing import Any

from flask import Response, current_app
from flask_jwt_extended import current_user, jwt_required
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api import asking, jobs, leases, limits, tokens, uploads, waiting
from api.answers import PRIVATE, STORED, answers, binary
from api.asking import AskQuery, LookQuery
from api.consents import need_consent
from api.database import write_transaction
from api.models import current_bundle, graded_by_another
from api.problems import Problem, respond
from api.replies import JobReply
from api.tables import HeatmapJob, HeatmapLayer
from api.validation import validated

routes = APIBlueprint(
    "heatmaps", __name__, url_prefix="/v1", abp_tags=[Tag(name="Heatmaps")], abp_security=tokens.BEARER
)
DEFAULT_WAIT = 2.0  # s
AGAIN = "1"  # s after which to look again
FOUND = (*PRIVATE, *STORED, "not-found", "invalid")
FAILED = ("photo-rejected", "poison")  # what became of the photo, when the caller waited for it


class JobPath(BaseModel):
    job_id: str = Field(max_length=64)


class LayerPath(JobPath):
    attribute: str = Field(max_length=40)


@routes.post(
    "/heatmaps",
    summary="Ask for heatmaps of one photo",
    description="The body is the photo itself (image/jpeg, png, webp or heic, at most 12 MiB). `Prefer: wait=N` "
    "waits up to 10 s for 200; otherwise 202 with Location. The same photo and question are computed once. "
    "Needs the consent `heatmap`.",
    request_body=binary(*asking.MAGIC),
    responses=answers(
        {200: JobReply, 202: JobReply},
        *FOUND,
        *FAILED,
        *("bad-request", "consent-required", "too-large", "unsupported-media-type", "rate-limited", "no-worker"),
    ),
)
@jwt_required()
@limits.explaining
@validated
def ask(query: AskQuery) -> Response:
    account = need_consent("heatmap")
    question = asking.question(query, current_bundle())
    with uploads.arriving(account.id):
        photo = asking.photo()
    job, new = jobs.submit(account, photo, question, current_app.extensions["skinscore"].photo_key)
    if new:
        current_app.extensions["doorbell"].ring(job.id)
    job = waiting.wait(job.id, waiting.preferred(DEFAULT_WAIT))
    if job.status == "failed":
        return respond({**json.loads(job.problem or "{}"), "job": job.id})
    response = _answer(job, query.graded_by, 202 if job.status in leases.OPEN else 200)
    response.headers["Location"] = f"/v1/heatmaps/{job.id}"
    return response


@routes.get(
    "/heatmaps/<job_id>",
    summary="Where a heatmap stands, and its result; `Prefer: wait=N` waits for it",
    responses=answers({200: JobReply}, *FOUND),
)
@jwt_required()
@validated
def look(path: JobPath, query: LookQuery) -> Response:
    job = waiting.wait(_own(path.job_id).id, waiting.preferred(0.0))
    return _answer(job, query.graded_by, 200)


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
    summary="One heat layer, transparent, without photo pixels; `legend.png` is its scale",
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


def _own(job_id: str) -> HeatmapJob:
    job = HeatmapJob.get_or_none((HeatmapJob.id == job_id) & (HeatmapJob.account == current_user.account_id))
    if job is None:
        raise Problem("not-found")
    return job


def _answer(job: HeatmapJob, graded_by: str | None, status: int) -> Response:
    body: dict[str, Any] = {"id": job.id, "status": job.status, "attempts": job.attempts}
    if job.result:
        body["result"] = json.loads(job.result)
        if graded_by:
            body["result"] |= graded_by_another(graded_by, body["result"].get("model"))
    if job.problem:
        body["problem"] = json.loads(job.problem)
    again = {"Retry-After": AGAIN} if job.status in leases.OPEN else None
    return Response(json.dumps(body), status, again, content_type="application/json")
