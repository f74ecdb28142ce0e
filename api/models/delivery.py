"""The routes that apps take models from: exact signed bytes, files by their SHA-256, immutable, cheap to serve."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from flask import Response, request, send_file
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel, Field
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from api.answers import OBJECT, STORED, answers, binary
from api.models import downloads, held
from api.models.held import Bundle
from api.models.ranges import sound_range
from api.problems import Problem
from api.replies import Current

routes = APIBlueprint("models", __name__, url_prefix="/v1/models", abp_tags=[Tag(name="Models")])
FOR_EVER = "public, max-age=31536000, immutable, no-transform"  # what a hash names never changes; no proxy packs it
ASK_AGAIN = "public, no-cache, no-transform"  # a cache may keep it, and asks by its ETag before each use

BYTES = binary("application/octet-stream")
PIECE: dict[str, Any] = {"content": {"application/json": {}}}  # of an object is none
CHANNEL = answers({200: OBJECT, 304: None}, "no-channel", "precondition-failed")
NAMED = ("not-found", "invalid", "precondition-failed")


class HashPath(BaseModel):
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


@routes.get(
    "/current",
    summary="Which bundle this server explains with",
    responses=answers({200: Current}, *STORED),
)
def current() -> dict[str, Any]:
    bundle = held.current_bundle()
    return {"bundle_sha256": bundle.sha256, **bundle.named}


@routes.get("/channel", summary="The signed channel file, exact bytes", responses=CHANNEL)
def channel() -> Response:
    return _of_channel(held.CHANNEL)


@routes.get("/channel/signature", summary="The detached signature of the channel file", responses=CHANNEL)
def channel_signature() -> Response:
    return _of_channel(held.CHANNEL_SIGNATURE)


@routes.get(
    "/bundles/<sha256>",
    summary="A bundle description, exact signed bytes",
    responses=answers({200: OBJECT, 206: PIECE, 304: None}, *NAMED, "range-not-satisfiable"),
)
def bundle(path: HashPath) -> Response:
    return _file(_known(path.sha256).folder / held.DESCRIPTION, path.sha256, "application/json")


@routes.get(
    "/bundles/<sha256>/signature",
    summary="The detached signature of a bundle",
    responses=answers({200: OBJECT, 304: None}, *NAMED),
)
def signature(path: HashPath) -> Response:
    try:
        return _small(_known(path.sha256).folder / held.SIGNATURE)
    except FileNotFoundError:
        raise Problem("not-found", "the operator serves this bundle unsigned") from None


@routes.get(
    "/files/<sha256>",
    summary="One file of a bundle; ranges allowed",
    responses=answers({200: BYTES, 206: BYTES, 304: None}, *NAMED, "range-not-satisfiable"),
)
def file(path: HashPath) -> Response:
    found = [bundle.parts[path.sha256] for bundle in _offered() if path.sha256 in bundle.parts]
    if not found:
        raise Problem("not-found")
    response = _file(found[0], path.sha256, "application/octet-stream")
    if request.method == "GET" and downloads.reaches_the_end(response, found[0].stat().st_size):
        downloads.count(path.sha256)
    return response


def _offered() -> list[Bundle]:
    return held.offered(held.model_dir())


def _known(sha256: str) -> Bundle:
    found = next((bundle for bundle in _offered() if bundle.sha256 == sha256), None)
    if found is None:
        raise Problem("not-found")
    return found


def _of_channel(name: str) -> Response:
    """A file of the channel in force, which the operator may replace at any time."""
    try:
        return _small(held.channel_folder(held.model_dir()) / name)
    except FileNotFoundError:
        raise Problem("no-channel") from None


def _small(path: Path) -> Response:
    raw = path.read_bytes()
    response = Response(raw, content_type="application/json", headers={"Cache-Control": ASK_AGAIN})
    response.set_etag(hashlib.sha256(raw).hexdigest())
    response.make_conditional(request)
    return _met(response)


def _file(path: Path, sha256: str, kind: str) -> Response:
    """A file under its hash: whole, a part of it, or 304."""
    if not path.is_file():
        raise Problem("not-found", "the bundle names this file, but the operator has not put it into MODEL_DIR")
    length = path.stat().st_size
    response = send_file(path.resolve(), kind, conditional=False, etag=sha256)
    del response.headers["Last-Modified"]  # differs between servers that hold the same file
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"  # RFC 9530
    try:
        response.make_conditional(_asked(sha256, length), accept_ranges=True, complete_length=length)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    return _met(response)


def _met(response: Response) -> Response:
    """The answer, unless If-Match named another file."""
    if response.status_code == 412:
        response.close()  # it holds the file open
        raise Problem("precondition-failed")
    return response


def _asked(sha256: str, length: int) -> dict[str, Any]:
    """The request's environment with a range that can be acted on, or none; a known ETag comes first (RFC 9110)."""
    asked = dict(request.environ)
    header = asked.pop("HTTP_RANGE", None)
    is_weak = request.headers.get("If-Range", "").startswith("W/")  # never the same file, says RFC 9110 (13.1.5)
    ignored = header is None or is_weak or sha256 in request.if_none_match
    wanted = None if ignored else sound_range(header, length)
    return asked | ({"HTTP_RANGE": wanted} if wanted else {})
