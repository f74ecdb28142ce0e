"""The server's finer maps of one photo: ask for them, wait for the job, fetch the layers."""

import time
from dataclasses import dataclass
from typing import Any

from .form import by_attribute, maybe
from .http import Server, ServerError

WAIT = 10  # s that the server may take before it answers with a job to look at again
PATIENCE = 120  # s
RESULT = {"attributes": by_attribute({"href": str, "grade": int, "area_share_e4": int}), "label": maybe(str)}
JOB = {"id": str, "status": str, "result": maybe(RESULT), "problem": maybe({"detail": maybe(str)})}


@dataclass
class Heatmaps:
    """The server's answer for one photo: its JSON result and the PNG layer of each attribute."""

    result: dict[str, Any]
    layers: dict[str, bytes]


def explained(server: Server, square: bytes, graded_by: str) -> Heatmaps:
    """Maps of a PNG, which the model with the hash `graded_by` graded. Raises `ServerError`."""
    result = _result(server, square, {"graded_by": graded_by})
    layers = {key: server.call("GET", one["href"]).content for key, one in result["attributes"].items()}
    return Heatmaps(result, layers)


def _result(server: Server, square: bytes, params: dict[str, str]) -> dict[str, Any]:
    headers = {"Content-Type": "image/png", "Prefer": f"wait={WAIT}"}
    job = server.call("POST", "/v1/heatmaps", data=square, headers=headers, params=params).json(JOB)
    until = time.monotonic() + PATIENCE
    while job["status"] in ("queued", "running"):
        if time.monotonic() > until:
            raise ServerError("busy", "the server takes long: ask again later, the result is kept for a day")
        time.sleep(0.5)
        job = server.call("GET", f"/v1/heatmaps/{job['id']}", params=params).json(JOB)
    if job["status"] != "succeeded" or (result := job.get("result")) is None:
        said = (job.get("problem") or {}).get("detail")
        raise ServerError("photo-rejected", said or "the photo could not be explained")
    return result
