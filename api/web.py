"""The web client at `/`: the files of its build, each with the policy that the build brings along.

`WEB_ROOT` holds them; a root without `content-security-policy.txt` is served without one. Names with a hash in them are
kept by browsers for ever, all others are asked for again.
"""

from functools import lru_cache
from pathlib import Path

from flask import Response, send_from_directory
from flask_openapi import APIBlueprint
from pydantic import BaseModel

from api.config import current
from api.problems import Problem

routes = APIBlueprint("web", __name__)
POLICY = "content-security-policy.txt"
YEAR = 31_536_000  # s


class FilePath(BaseModel):
    name: str


@routes.get("/", doc_ui=False)
def page() -> Response:
    return _served("index.html")


@routes.get("/<name>", doc_ui=False)
def file(path: FilePath) -> Response:
    return _served(path.name)


@routes.get("/assets/<path:name>", doc_ui=False)
def asset(path: FilePath) -> Response:
    response = _served(f"assets/{path.name}")
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def _served(name: str) -> Response:
    root = current().web_root
    if not (root / name).is_file():
        raise Problem("not-found")
    response = send_from_directory(root, name)
    if policy := _policy(root):
        response.headers["Content-Security-Policy"] = policy
        response.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    return response


@lru_cache(maxsize=8)
def _policy(root: Path) -> str:
    written = root / POLICY
    return written.read_text("utf-8").strip() if written.is_file() else ""
