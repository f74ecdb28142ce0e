"""What is seen of each request: an id, one line in the log, its duration. Nothing of what it carried.

The id goes back in `X-Request-Id` and stands in every problem document. A caller's own is kept when it is 16 to 64
signs of 0-9, a-f and -, such as a UUID: anything else could smuggle text into the log.
"""

import re
import secrets
import time

from flask import Flask, Response, g, request
from prometheus_client import Histogram

from api import logs

HEADER = "X-Request-Id"
WELL_FORMED = re.compile("[0-9a-f-]{16,64}")
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # s
SECONDS = Histogram(
    "skinscore_request_seconds", "From the request to its answer", ("method", "route", "status"), buckets=BUCKETS
)


def register(app: Flask) -> None:
    """Observe every request. Comes before all other hooks, so that it times them too."""

    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()
        sent = request.headers.get(HEADER, "")
        g.request_id = sent if WELL_FORMED.fullmatch(sent) else secrets.token_hex(16)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        seconds = time.perf_counter() - g.begun
        # The rule, not the path, which names devices and jobs; what matches none must not make series of its own.
        method, route = (request.method, request.url_rule.rule) if request.url_rule else ("-", "-")
        SECONDS.labels(method, route, response.status_code).observe(seconds)
        seen = {"request_id": g.request_id, "method": method, "route": route, "status": response.status_code}
        logs.requests.note(**seen, ms=round(seconds * 1000, 1))
        return response
