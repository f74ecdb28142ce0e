"""Browsers: the refresh token lives in a cookie that no script reads, and only our own pages may use it.

A browser tells itself by `Origin`, which it sends with every POST and no page can forge, or by the platform `web`.
Apps get the refresh token in the body and never a cookie. There is no CORS: no other website can read an answer.
"""

from typing import Any

from flask import Response, jsonify, request

from api import logins
from api.problems import Problem

COOKIE = "__Secure-skinscore-refresh"
PATH = "/v1/auth"
PLATFORM = "web"


def is_browser(platform: str = "") -> bool:
    """Whether the answer goes to a browser. Raises the problem `foreign-origin` for any page but ours."""
    if platform != PLATFORM and "Origin" not in request.headers:
        return False
    if request.headers.get("Origin") != request.host_url.rstrip("/"):
        raise Problem("foreign-origin", f"pages of {request.host_url} sign in here; behind a proxy set TRUSTED_PROXIES")
    return True


def refresh_token(in_body: str | None) -> str:
    """The refresh token that came: in the cookie from a browser, in the body from an app."""
    in_cookie = request.cookies.get(COOKIE)
    if is_browser(PLATFORM if in_cookie and in_body is None else ""):
        in_body = in_cookie
    if in_body is None:
        raise Problem("unauthorized", "no refresh token came: apps send refresh_token, browsers the cookie of a login")
    return in_body


def handed_over(issued: dict[str, Any], platform: str = "", status: int = 200) -> Response:
    """The answer with new tokens; a browser's refresh token goes into the cookie and nowhere else."""
    if not is_browser(platform):
        response = jsonify(issued)
    else:
        response = jsonify({name: value for name, value in issued.items() if name != "refresh_token"})
        _set(response, issued["refresh_token"], logins.IDLE_SECONDS)
    response.status_code = status
    return response


def forget(response: Response) -> Response:
    """Take the cookie away from a browser, also on routes that it does not send the cookie to."""
    if COOKIE in request.cookies or "Origin" in request.headers:
        _set(response, "", 0)
    return response


def _set(response: Response, value: str, seconds: int) -> None:
    response.set_cookie(COOKIE, value, max_age=seconds, path=PATH, secure=True, httponly=True, samesite="Strict")
