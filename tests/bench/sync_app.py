"""The real application beside the least that any JWT service does: one decoded token, one small answer."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from flask_jwt_extended import JWTManager, jwt_required
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import api
from api.tokens import AUDIENCE


def create_app() -> Callable[..., Iterable[bytes]]:
    """What gunicorn serves: ours, and the yardstick under /bare."""
    ours = api.create_app()
    return DispatcherMiddleware(ours, {"/bare": _bare(ours)})


def _bare(ours: Flask) -> Flask:
    app = Flask("bare")
    key = next(iter(ours.extensions["skinscore"].jwt_keys.values()))
    app.config.update(JWT_SECRET_KEY=key, JWT_DECODE_AUDIENCE=AUDIENCE)
    JWTManager(app)

    @app.get("/")
    @jwt_required()
    def bare() -> dict[str, Any]:
        return {"status": "ok"}

    return app
