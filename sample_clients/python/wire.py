"""The way to the server: to that address alone, where nobody reads along, and no answer that may be cut off."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from .answers import EMPTY, ServerError

TIMEOUT = (5, 30)  # s to connect, to answer
FORMAT = {"Skinscore-Format": "1"}  # of records and sync; `client-too-old` when it is retired
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def session_for(url: str) -> requests.Session:
    """A session that leads to this server."""
    session = requests.Session()
    session.trust_env = not _is_loopback(url)  # no proxy leads back to this machine
    session.hooks["response"].append(insist_on_an_end)
    return session


def request(
    session: requests.Session, method: str, url: str, path: str, headers: Mapping[str, str], **options: Any
) -> requests.Response:
    """Ask that server, and nobody whom it names; the answer's body is still to be read."""
    insist_on_address(url, path)
    always: dict[str, Any] = {"timeout": TIMEOUT, "stream": True, "allow_redirects": False}
    return session.request(method, url + path, headers=FORMAT | dict(headers), **always, **options)


def insist_on_address(url: str, path: str) -> None:
    """Raises `ServerError` where others on the way could read along, and where `path` leads away from the server."""
    if not (url.startswith("https://") or (url.startswith("http://") and _is_loopback(url))):
        raise ServerError("bad-server", f"the server's address has to begin with https://: change --server {url}")
    if not path.startswith("/"):
        raise ServerError("unexpected", f"the server names an address outside itself: {path}")


def _is_loopback(url: str) -> bool:
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:  # such as an address of IPv6 without its bracket
        return False


def insist_on_an_end(answer: requests.Response, **_: object) -> None:
    """Refuses an answer that ends with its connection, which RFC 9112 (6.3) allows and our server never sends.

    Nobody can tell whether it is whole; http.client takes the end of a connection for the end of the headers, too.
    """
    headers = answer.headers
    says = headers.get("Content-Length", "").isdecimal() or headers.get("Transfer-Encoding", "").lower() == "chunked"
    if not says and answer.status_code not in EMPTY:
        answer.close()
        raise requests.ConnectionError("the answer does not say where it ends")
