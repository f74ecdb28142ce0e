"""Every error leaves as a problem document (RFC 9457) with a stable type; this is their one catalogue."""

import json
import logging
from typing import Any

from flask import Flask, Response, g, request
from gunicorn.http.errors import ParseException
from peewee import DataError, IntegrityError, InterfaceError, InternalError, OperationalError, PeeweeException
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

CATALOGUE = {
    "bad-request": (400, "The request cannot be understood"),
    "unauthorized": (401, "Sign in first"),
    "invalid-token": (401, "The access token is not valid"),
    "bad-credentials": (401, "E-mail or password is wrong"),
    "bad-recovery-code": (401, "E-mail or recovery code is wrong"),
    "fresh-token-required": (401, "This needs the password once more"),
    "refresh-expired": (401, "The login has expired"),
    "refresh-reused": (401, "The refresh token was used before; this device login is ended"),
    "refresh-revoked": (401, "The device login no longer exists"),
    "consent-required": (403, "This needs your consent"),
    "client-too-old": (403, "This app writes a format that is retired: update it, nothing is lost"),
    "foreign-origin": (403, "This was sent by another website's page"),
    "registration-closed": (403, "The operator takes no new accounts"),
    "not-found": (404, "There is nothing here"),
    "no-channel": (404, "The operator has not published a channel"),
    "method-not-allowed": (405, "This address does not answer that method"),
    "email-taken": (409, "This e-mail has an account already"),
    "cursor-expired": (410, "The cursor belongs to another history: pull from the start"),
    "precondition-failed": (412, "The file is not the one you named"),
    "too-large": (413, "The request is too large"),
    "unsupported-media-type": (415, "This content type is not accepted here"),
    "range-not-satisfiable": (416, "The file has no such range"),
    "invalid": (422, "The request does not fit its schema"),
    "quota-exceeded": (422, "The account is full"),
    "photo-rejected": (422, "The photo cannot be graded"),
    "rate-limited": (429, "Too many requests"),
    "internal": (500, "Something went wrong on the server"),
    "poison": (500, "The photo could not be explained"),
    "no-worker": (503, "No heatmap worker is running"),
    "busy": (503, "The server is busy"),
}
BY_STATUS = {
    400: "bad-request", 401: "unauthorized", 404: "not-found", 405: "method-not-allowed", 413: "too-large",
    415: "unsupported-media-type", 416: "range-not-satisfiable", 422: "invalid", 429: "rate-limited", 503: "busy",
}  # fmt: skip

# RFC 6750: no error code for a request that brought no token; RFC 9470 for one whose sign-in is too old.
CHALLENGES = dict.fromkeys(("unauthorized", "bad-credentials", "bad-recovery-code"), "Bearer") | {
    "fresh-token-required": 'Bearer error="insufficient_user_authentication", max_age=300'
}


class Problem(Exception):
    """Raise it anywhere in a request to answer with that problem."""

    def __init__(self, slug: str, detail: str | None = None, **extra: Any) -> None:
        super().__init__(slug)
        self.slug, self.detail, self.extra = slug, detail, extra


def urn(slug: str) -> str:
    """The stable type of a problem."""
    return f"urn:skinscore:problem:{slug}"


def document(slug: str, detail: str | None = None, **extra: Any) -> dict[str, Any]:
    """The problem document of a catalogue entry."""
    status, title = CATALOGUE[slug]
    body = {"type": urn(slug), "title": title, "status": status}
    return body | ({"detail": detail} if detail else {}) | extra


def respond(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A response that carries a problem document."""
    body = {**body, "instance": request.path, "request_id": g.get("request_id", "-")}
    response = Response(json.dumps(body), body["status"], headers, content_type="application/problem+json")
    if body["status"] == 401:
        slug = body["type"].rpartition(":")[2]
        response.headers["WWW-Authenticate"] = CHALLENGES.get(slug, 'Bearer error="invalid_token"')
    if body["status"] in (429, 503):
        response.headers.setdefault("Retry-After", "5")
    return response


def from_validation(error: ValidationError) -> Response:
    """A schema violation as a problem with one pointer per fault."""
    return respond(document("invalid", errors=faults(error)))


def faults(error: ValidationError) -> list[dict[str, str]]:
    """JSON pointer and reason of each fault, without echoing the input."""
    listed = error.errors(include_url=False, include_context=False, include_input=False)
    return [{"pointer": pointer(one["loc"]), "detail": one["msg"]} for one in listed]


def pointer(place: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def register(app: Flask) -> None:
    """Give every error its document."""

    @app.errorhandler(Problem)
    def known(error: Problem) -> Response:
        return respond(document(error.slug, error.detail, **error.extra))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.response is not None:  # a response that a library had ready, such as ours for a schema violation
            return error.response  # type: ignore[return-value]
        slug = BY_STATUS.get(error.code or 500, "bad-request" if (error.code or 500) < 500 else "internal")
        if error.code and error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Content-Range", "Retry-After")}
        return respond(document(slug), kept)

    @app.errorhandler(ParseException)
    def broken(_: ParseException) -> Response:
        """Met while the body was read; gunicorn then ends the connection, on which nothing after it makes sense."""
        return respond(document("bad-request", "the chunks of the body cannot be read"))

    @app.errorhandler(InternalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(OperationalError)
    def database_in_trouble(error: PeeweeException) -> Response:
        """Locked, full, read-only or away: asking again is right, since every change may be asked for twice."""
        logging.getLogger("skinscore").error("request %s: the database said: %s", g.get("request_id"), error)
        return respond(document("busy", "the database cannot be used right now: ask again"))

    @app.errorhandler(DataError)
    def unstorable(error: DataError) -> Response:
        """PostgreSQL keeps no NUL character in a text."""
        return respond(document("invalid", "a text holds a character that cannot be stored"))

    @app.errorhandler(IntegrityError)
    def overtaken(error: IntegrityError) -> Response:
        """Another request took a row away meanwhile, such as the account; asking again finds out. Never logs values."""
        logging.getLogger("skinscore").warning("request %s was overtaken by another one", g.get("request_id"))
        return respond(document("busy", "another request changed this at the same moment; nothing was done"))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        logging.getLogger("skinscore").error("request %s failed", g.get("request_id"), exc_info=error)
        return respond(document("internal", "the fault is logged under this request_id"))
