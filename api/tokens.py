"""Access tokens: a JWT of ten minutes for one device login, checked so that every defect is a 401 problem.

One algorithm, issuer, audience and type. `kid` names the key: the first of JWT_KEYS signs, all of them are accepted, so
a new key is put in front and the old one taken away ten minutes later. A token from `/v1/auth/reauth` is *fresh* for
five minutes; routes that end or hand out an account want one.
"""

import logging
from datetime import timedelta
from typing import Any

import jwt as pyjwt
from flask import Flask, Response, g
from flask_jwt_extended import JWTManager, create_access_token, jwt_required
from peewee import OperationalError

from api import clock
from api.config import Config
from api.database import run, write_transaction
from api.history import HEAD, Head
from api.problems import document, respond
from api.tables import Account, Device
from api.verified import RememberingManager

ACCESS_SECONDS, FRESH_SECONDS = 600, 300
LEEWAY_SECONDS = 30
ALGORITHM, ISSUER, AUDIENCE, TYPE = "HS256", "skinscore", "skinscore-api", "at+jwt"
BEARER: list[dict[str, list[Any]]] = [{"bearer": []}]  # what a private route says in the API description
# The row behind every authorised request, as a fixed text; see `database.run`.
DEVICE, ACCOUNT = tuple(Device._meta.columns), tuple(Account._meta.columns)
COLUMNS = ", ".join([f"device.{name}" for name in DEVICE] + [f"account.{name}" for name in ACCOUNT])
FOUND = f"""
    SELECT {COLUMNS}, {HEAD} FROM device
    JOIN account ON account.id = device.account_id JOIN synchead ON synchead.account_id = account.id
    WHERE device.id = ? AND account.id = ?"""
fresh_required = jwt_required(fresh=True)


def issue(device: Device, fresh: bool = False) -> dict[str, Any]:
    """An access token for a device login."""
    seconds = FRESH_SECONDS if fresh else ACCESS_SECONDS
    claims = {"sid": device.id, "gen": device.generation} | ({"fresh": clock.now() + seconds} if fresh else {})
    account_id = str(device.account_id)  # type: ignore[attr-defined]
    made = create_access_token(account_id, expires_delta=timedelta(seconds=seconds), additional_claims=claims)
    return {"access_token": made, "expires_in": seconds}


def register(app: Flask, config: Config) -> None:
    """Set up flask-jwt-extended: what it signs, what it accepts, how it refuses."""
    app.config.update(
        JWT_TOKEN_LOCATION=["headers"],
        JWT_COOKIE_CSRF_PROTECT=False,  # no JWT is ever in a cookie, so the claim would only make each token longer
        JWT_ALGORITHM=ALGORITHM,
        JWT_DECODE_ALGORITHMS=[ALGORITHM],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_LEEWAY=LEEWAY_SECONDS,
    )
    manager = RememberingManager(app)
    _keys(manager, config.jwt_keys)
    _refusals(manager)
    manager.token_verification_loader(_acceptable)
    manager.user_lookup_loader(_device_of)


def _acceptable(header: dict[str, Any], payload: dict[str, Any]) -> bool:
    ours = header.get("typ") == TYPE and payload.get("type") == "access"
    whole = isinstance(payload.get("gen"), int) and isinstance(payload.get("sid"), str)
    # PyJWT reads the system's clock; logins are judged by ours, and the two may not disagree about a token.
    return ours and whole and payload.get("exp", 0) + LEEWAY_SECONDS > clock.now()


def _device_of(header: dict[str, Any], payload: dict[str, Any]) -> Device | None:
    """The device login, unless it was ended."""
    rows = run(FOUND, payload["sid"], payload["sub"])
    if not rows:
        return None
    values = iter(rows[0])
    device = Device(**dict(zip(DEVICE, values, strict=False)))
    device.account = Account(**dict(zip(ACCOUNT, values, strict=False)))
    g.head = Head(*values)  # found by the way, since one statement costs less than two
    if payload["gen"] > device.seen:
        _note_arrival(device, payload["gen"])
    return device


def _note_arrival(device: Device, generation: int) -> None:
    """Note that this generation arrived there; where nothing can be written, its next request does."""
    newer = (Device.id == device.id) & (Device.seen < generation)
    try:
        with write_transaction():
            Device.update(seen=generation).where(newer).execute()
    except OperationalError as error:  # reading goes on, on a full disk too
        logging.getLogger("skinscore").warning("the arrival of a token could not be noted: %s", error)


def _keys(manager: JWTManager, keys: dict[str, str]) -> None:
    signing = next(iter(keys))

    @manager.encode_key_loader
    def key_to_sign(identity: str) -> str:
        return keys[signing]

    @manager.additional_headers_loader
    def headers(identity: str) -> dict[str, str]:
        return {"typ": TYPE, "kid": signing}

    @manager.decode_key_loader
    def key_to_check(header: dict[str, Any], payload: dict[str, Any]) -> str:
        kid = header.get("kid")
        if not isinstance(kid, str) or kid not in keys:
            raise pyjwt.InvalidTokenError("unknown key")
        return keys[kid]


def _refusals(manager: JWTManager) -> None:
    def refuse(*_: object) -> Response:
        return respond(document("invalid-token"))

    manager.unauthorized_loader(lambda _: respond(document("unauthorized")))
    manager.needs_fresh_token_loader(
        lambda *_: respond(
            document("fresh-token-required", "POST /v1/auth/reauth with the password gives a fresh token")
        )
    )
    for loader in (
        manager.invalid_token_loader,
        manager.expired_token_loader,
        manager.revoked_token_loader,
        manager.token_verification_failed_loader,
        manager.user_lookup_error_loader,
    ):
        loader(refuse)
