"""Requests made up by chance, and what lets them through: a person's tokens, ids that exist, a right password."""

import uuid
from collections.abc import Callable
from typing import Any

from schemathesis.core.parameters import ParameterLocation

from api import beats, leases, limits
from tests.api.conftest import PASSWORD, Person
from tests.api.helpers import PNG

ENDING = ("DELETE /v1/account", "PATCH /v1/account", "DELETE /v1/auth/devices/{device_id}", "POST /v1/auth/logout",
          "POST /v1/auth/recover", "POST /v1/auth/refresh")  # fmt: skip


MODEL = {"name": "tiny", "version": "0.0.1", "sequence": 1}  # that worked the heatmap out
PHOTOS = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff more",
    "image/webp": b"RIFF....WEBP",
    "image/heic": b"....ftypheic",
}


class Caller:
    """A fresh person for every operation, and for every request to those that may end the account or its login."""

    def __init__(self, app: Any, sign_up: Callable[..., Person], bundle: dict[str, str]) -> None:
        self.app = app
        self.sign_up, self.bundle, self.label, self.asked = sign_up, bundle, "", 0
        self.person: Person = sign_up(heatmap=True)

    def prepare(self, case: Any) -> dict[str, str]:
        """The headers to send; every second valid request is made to fit this person."""
        limits.limiter.reset()
        if case.operation.label != self.label or case.operation.label in ENDING:
            self.label, self.person = case.operation.label, self.sign_up(heatmap=True)
        self.asked += 1
        beats.beat(beats.WORKER)
        if case.meta.generation.mode.is_positive and self.asked % 2:
            self._fit(case)
        headers = case.meta.components.get(ParameterLocation.HEADER)
        if headers and headers.mode.is_negative:
            return {}  # what is wrong with the request may be the very token
        return {"Authorization": f"Bearer {self.person.fresh().tokens['access_token']}"}

    def _fit(self, case: Any) -> None:
        if case.path_parameters:
            case.path_parameters = {name: self._existing(name) for name in case.path_parameters}
        if case.operation.label == "POST /v1/heatmaps":
            case.body, case.query = PHOTOS[case.media_type], {}
        if case.operation.label == "GET /v1/sync":
            case.query = {name: value for name, value in case.query.items() if name != "cursor"}
        if isinstance(case.body, dict):
            case.body = case.body | {name: value for name, value in self._right().items() if name in case.body}

    def _right(self) -> dict[str, Any]:
        known = {name: self.person.tokens[name] for name in ("refresh_token", "recovery_code")}
        mine = known | {"password": PASSWORD, "email": self.person.email, "platform": "test"}
        return mine | ({"email": f"{uuid.uuid4().hex}@example.org"} if self.label.endswith("register") else {})

    def _existing(self, name: str) -> str:
        if name == "device_id":
            return self.person.elsewhere().tokens["device_id"]
        if name == "job_id":
            return self._finished_job()
        return {"attribute": "oil", "sha256": self.bundle["file" if "files" in self.label else "bundle"]}[name]

    def _finished_job(self) -> str:
        photo = {"data": PNG, "content_type": "image/png", "headers": {"Prefer": "wait=0"}}
        job = self.person.ask("POST", "/v1/heatmaps", **photo).json
        if job["status"] == "queued":
            leases.finish([(leases.claim()[0], {"attributes": {}, "model": MODEL}, {"oil": b"png"})])
        return job["id"]
