"""The API: accounts, a history that cannot be lost, heatmaps on request, model delivery.

`create_app` builds the web process, which needs no torch; `python -m api serve` starts it with a heatmap worker.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_openapi import Info, OpenAPI

from api import (
    accounts,
    auth,
    database,
    description,
    devices,
    docs,
    heatmaps,
    limits,
    logs,
    models,
    observed,
    problems,
    proxies,
    served,
    sync,
    system,
    tokens,
    web,
)
from api.answers import ProblemDocument
from api.config import Config
from api.doorbell import open_doorbell
from api.problems import Problem

PHOTO_BYTES = 12 << 20


class App(OpenAPI):
    """Nothing here is a coroutine, and looking whether it is takes a fifteenth of a request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is."""
        return func


def create_app(config: Config | None = None) -> Flask:
    """The web application. Raises `config.ConfigError` when the environment is not fit to start.

    Without a config this is the process that serves: it holds the database alone and sweeps photos that are due.
    """
    serving = config is None
    config = config or Config.from_environment()
    if serving:
        logs.configure(config.log_requests)
        served.hold(config.database_url)
    app = routed()
    app.config["MAX_CONTENT_LENGTH"] = PHOTO_BYTES
    app.extensions["skinscore"] = config
    app.extensions["doorbell"] = open_doorbell(config)
    database.open_database(config.database_url)
    if serving:
        served.sweep_for_ever()
    observed.register(app)
    problems.register(app)
    database.register(app)
    tokens.register(app, config)
    limits.register(app, config)
    proxies.believe(app, config.trusted_proxies)
    app.before_request(check_body)
    app.after_request(harden)
    app.after_request(docs.guard)
    return app


def routed() -> OpenAPI:
    """The routes and their description alone, without what they need to answer."""
    app = App(
        "api",
        info=Info(title="SkinScore", version="1"),
        openapi_extensions={"openapi": "3.1.0"},
        security_schemes={"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        validation_error_model=ProblemDocument,
        validation_error_callback=problems.from_validation,
        doc_prefix="/docs",
        static_folder=None,
    )
    app.config["OPENAPI_HTML_STRING"] = docs.INDEX
    for room in (auth, devices, accounts, sync, heatmaps, models, system, docs, web):
        app.register_api(room.routes)
    description.mend(app)
    return app


def check_body() -> None:
    """JSON routes take a JSON object of at most 1 MiB; say 415, 400 or 413 where it is something else."""
    if request.method not in ("POST", "PATCH", "PUT") or request.endpoint in (None, "heatmaps.ask", "auth.logout"):
        return
    request.max_content_length = sync.MAX_BYTES
    if not request.is_json:
        raise Problem("unsupported-media-type", "send application/json")
    try:
        body = request.get_json()
    except RecursionError:
        raise Problem("bad-request", "the body is nested too deeply") from None
    if not isinstance(body, dict):
        raise Problem("bad-request", "the body must be a JSON object")


def harden(response: Response) -> Response:
    """Headers that every answer carries."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if request.path.startswith(("/v1/auth", "/v1/account")):
        response.headers["Cache-Control"] = "no-store"
    if request.path.startswith(("/v1/sync", "/v1/scores")):
        response.headers["Cache-Control"] = "private, no-store"
    return response
