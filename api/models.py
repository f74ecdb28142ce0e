"""Model delivery: the exact signed bytes, addressed by their SHA-256, immutable, cheap to serve."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response, current_app, request, send_file
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api.answers import OBJECT, STORED, answers, binary
from api.problems import Problem
from api.replies import Current

routes = APIBlueprint("models", __name__, url_prefix="/v1/models", abp_tags=[Tag(name="Models")])
YEAR = 31_536_000  # s
BYTES = binary("application/octet-stream")
PIECE: dict[str, Any] = {"content": {"application/json": {}}}  # of an object is none
CHANNEL = answers({200: OBJECT}, *STORED, "no-channel")
HELD = (*STORED, "not-found", "invalid", "precondition-failed")


@dataclass(frozen=True)
class Bundle:
    """The bundle being served: its bytes' hash, its content, and where each part lies by hash."""

    folder: Path
    sha256: str
    data: dict[str, Any]
    parts: dict[str, Path]


class HashPath(BaseModel):
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


def current_bundle() -> Bundle:
    """The bundle in MODEL_DIR. Raises the problem `busy` when there is none."""
    folder: Path = current_app.extensions["skinscore"].model_dir
    try:
        return _read(folder, (folder / "bundle.json").stat().st_mtime_ns)
    except (OSError, ValueError, KeyError):
        raise Problem("busy", "the operator has not put a bundle into MODEL_DIR yet") from None


def held_bundles() -> Iterator[Bundle]:
    """The current bundle, then those that a re-export kept under previous/: a channel may name any of them."""
    current = current_bundle()
    yield current
    for described in sorted(current.folder.glob("previous/*/bundle.json")):
        with suppress(OSError, ValueError, KeyError):
            yield _read(described.parent, described.stat().st_mtime_ns)


def graded_parts(model: dict[str, Any]) -> dict[str, list[int]] | None:
    """The parts that a record's model learned, per attribute; None when its bundle is not on this server."""
    with suppress(Problem):
        for bundle in held_bundles():
            if all(bundle.data.get(key) == model[key] for key in ("name", "version", "sequence")):
                return bundle.data.get("graded_parts")
    return None


@lru_cache(maxsize=64)
def _read(folder: Path, _changed: int) -> Bundle:
    raw = (folder / "bundle.json").read_bytes()
    data = json.loads(raw)
    parts = {part["sha256"]: folder / part["path"] for file in data["files"] for part in file["parts"]}
    golden = data["golden"]
    return Bundle(folder, hashlib.sha256(raw).hexdigest(), data, parts | {golden["sha256"]: folder / golden["path"]})


@routes.get(
    "/current",
    summary="Which bundle this server grades and explains with",
    responses=answers({200: Current}, *STORED),
)
def current() -> dict[str, Any]:
    bundle = current_bundle()
    named = {key: bundle.data[key] for key in ("name", "version", "sequence")}
    return {"bundle_sha256": bundle.sha256, **named}


@routes.get("/channel", summary="The signed channel file, exact bytes", responses=CHANNEL)
def channel() -> Response:
    return _fresh("channel.json")


@routes.get("/channel/signature", summary="The detached signature of the channel file", responses=CHANNEL)
def channel_signature() -> Response:
    return _fresh("channel.sig")


@routes.get(
    "/bundles/<sha256>",
    summary="A bundle description, exact signed bytes",
    responses=answers({200: OBJECT, 206: PIECE, 304: None}, *HELD, "range-not-satisfiable"),
)
def bundle(path: HashPath) -> Response:
    return _file(_known(path.sha256).folder / "bundle.json", path.sha256, "application/json")


@routes.get(
    "/bundles/<sha256>/signature",
    summary="The detached signature of a bundle",
    responses=answers({200: OBJECT, 304: None}, *HELD),
)
def signature(path: HashPath) -> Response:
    held = _known(path.sha256).folder / "bundle.sig"
    if not held.is_file():
        raise Problem("not-found", "the operator serves this bundle unsigned")
    raw = held.read_bytes()
    response = Response(raw, content_type="application/json")
    response.set_etag(hashlib.sha256(raw).hexdigest())
    response.make_conditional(request)
    return _met(response)


@routes.get(
    "/files/<sha256>",
    summary="One file of a bundle",
    responses=answers({200: BYTES, 206: BYTES, 304: None}, *HELD, "range-not-satisfiable"),
)
def file(path: HashPath) -> Response:
    found = [bundle.parts[path.sha256] for bundle in held_bundles() if path.sha256 in bundle.parts]
    if not found:
        raise Problem("not-found")
    return _file(found[0], path.sha256, "application/octet-stream")


def _fresh(name: str) -> Response:
    """A file of the channel: the operator may replace it at any time."""
    try:
        raw = (current_bundle().folder / name).read_bytes()
    except FileNotFoundError:
        raise Problem("no-channel") from None
    return Response(raw, content_type="application/json", headers={"Cache-Control": "no-cache"})


def _known(sha256: str) -> Bundle:
    found = next((bundle for bundle in held_bundles() if bundle.sha256 == sha256), None)
    if found is None:
        raise Problem("not-found")
    return found


def _met(response: Response) -> Response:
    """The answer, unless If-Match named another file."""
    if response.status_code == 412:
        response.close()  # it holds the file open
        raise Problem("precondition-failed")
    return response


def _file(path: Path, sha256: str, kind: str) -> Response:
    if not path.is_file():
        raise Problem("not-found", "the bundle names this file, but the operator has not put it into MODEL_DIR")
    response = _met(send_file(path.resolve(), kind, etag=sha256, conditional=True, max_age=YEAR))
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
