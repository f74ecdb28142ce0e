"""A JWT manager that remembers which tokens it has verified: one token comes with hundreds of requests.

Only what cannot change is remembered: what the header says, and that these exact bytes carry a valid signature, issuer,
audience and subject under the keys of this process. Times are looked at again at every request; type, freshness and the
device login, which is read from the database, are judged by `tokens` every time.
"""

import time
from functools import lru_cache
from typing import Any

import jwt
from flask_jwt_extended import JWTManager, view_decorators

REMEMBERED = 1024  # tokens; then all are forgotten, which costs each of them one more verification


class RememberingManager(JWTManager):
    """Parsing and verifying takes PyJWT longer than answering a pull that brings nothing."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._verified: dict[str, dict[str, Any]] = {}
        # The library asks PyJWT for the header once more, outside of any method that could be overridden.
        view_decorators.get_unverified_jwt_headers = lru_cache(REMEMBERED)(jwt.get_unverified_header)
        super().__init__(*given, **named)

    def _decode_jwt_from_config(self, encoded_token: str, *given: Any, **named: Any) -> dict[str, Any]:
        known = self._verified.get(encoded_token)
        if known is not None and _is_current(known):
            return dict(known)
        payload: dict[str, Any] = super()._decode_jwt_from_config(encoded_token, *given, **named)
        if len(self._verified) >= REMEMBERED:
            self._verified.clear()
        self._verified[encoded_token] = dict(payload)
        return payload


def _is_current(payload: dict[str, Any]) -> bool:
    """Stricter than PyJWT, which allows a leeway: at the edges it is asked again."""
    at = time.time()
    return payload.get("iat", at) <= at and payload.get("nbf", at) <= at < payload.get("exp", at)
