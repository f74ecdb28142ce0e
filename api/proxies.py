"""Proxies in front of the server: exactly as many are believed as the operator says, and by default none.

Each appends the caller's address to `X-Forwarded-For` and sets `X-Forwarded-Proto`, and passes `Host` on; so the value
that our outermost proxy wrote stands n-th from the right, and all before it is what the caller made up.
"""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def believe(app: Flask, trusted: int) -> None:
    """Take the address that the outermost of that many proxies wrote, and the scheme that the nearest one set."""
    if trusted:
        # x_host stays 0: few proxies set X-Forwarded-Host, and a caller's own would choose the origin we compare with.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=1, x_host=0)  # type: ignore[method-assign]
