"""The description as pages at /docs, which need no internet and run no script but their own."""

import re
from base64 import b64encode
from hashlib import sha256

from flask import Response, redirect, request
from flask_openapi import APIBlueprint
from werkzeug.wrappers import Response as WerkzeugResponse

routes = APIBlueprint("docs", __name__)
PAGE = "/docs/swagger"
# In place of flask-openapi's own page at /docs/, whose link is a script that the policy does not let run.
INDEX = f'<!DOCTYPE html><meta http-equiv="refresh" content="0; url={PAGE}"><a href="{PAGE}">API description</a>'
INLINE = re.compile(b"<script>(.*?)</script>", re.DOTALL)
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; script-src 'self'"
)


@routes.get("/docs", doc_ui=False)
def docs() -> WerkzeugResponse:
    return redirect(PAGE)


def guard(response: Response) -> Response:
    """Give such a page its policy; the scripts that stand in it are allowed by their hash."""
    if request.path.startswith("/docs/") and response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = policy(response.get_data())
    return response


def policy(page: bytes) -> str:
    """The Content-Security-Policy of a page (W3C CSP 3)."""
    hashes = [b64encode(sha256(script).digest()).decode() for script in INLINE.findall(page)]
    return " ".join([POLICY, *(f"'sha256-{one}'" for one in hashes)])
