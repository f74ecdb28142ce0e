"""Tokens: a short-lived access JWT, and a refresh token that rotates.

Refresh token = `sid.generation.HMAC(REFRESH_KEY, sid.generation)`: nothing in the database opens an account. The
current generation rotates. The one before it is a lost answer, and gets the current token again, for 60 s or until
an access token of the current generation came back. Anything else is a replay and ends the device login.
"""

import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Any

import jwt as pyjwt
from flask import Flask, Response
from flask_jwt_extended import JWTManager, create_access_token

from api import clock
from api.config import Config
from api.database import Account, Device, write_transaction
from api.problems import Problem, document, respond

ACCESS_SECONDS = 600
IDLE_SECONDS, ABSOLUTE_SECONDS = 60 * 86400, 365 * 86400
GRACE_SECONDS = 60
LEEWAY_SECONDS = 30
ISSUER, AUDIENCE, TYPE = "skinscore", "skinscore-api", "at+jwt"
BEARER: list[dict[str, list[Any]]] = [{"bearer": []}]  # what a private route says in the API description


def register(app: Flask, config: Config) -> JWTManager:
    """Set up flask-jwt-extended so that every bad token is a 401 problem."""
    app.config.update(
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=ACCESS_SECONDS),
        JWT_DECODE_LEEWAY=LEEWAY_SECONDS,
    )
    manager = JWTManager(app)
    _keys(manager, config.jwt_keys)
    _refusals(manager)

    @manager.token_verification_loader
    def acceptable(header: dict[str, Any], payload: dict[str, Any]) -> bool:
        typed = header.get("typ") == TYPE and payload.get("type") == "access" and isinstance(payload.get("gen"), int)
        # PyJWT reads the system's clock; logins are judged by ours, and the two may not disagree about a token.
        return typed and payload.get("exp", 0) + LEEWAY_SECONDS > clock.now()

    @manager.user_lookup_loader
    def device_of(header: dict[str, Any], payload: dict[str, Any]) -> Device | None:
        query = Device.select(Device, Account).join(Account)
        device = query.where((Device.id == payload.get("sid")) & (Account.id == payload["sub"])).first()
        if device is not None and payload["gen"] > device.seen:
            newer = (Device.id == device.id) & (Device.seen < payload["gen"])
            with write_transaction():
                Device.update(seen=payload["gen"]).where(newer).execute()
        return device

    return manager


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

    def sign_in(_: str) -> Response:
        return respond(document("unauthorized"))

    manager.unauthorized_loader(sign_in)
    for loader in (
        manager.invalid_token_loader,
        manager.expired_token_loader,
        manager.revoked_token_loader,
        manager.needs_fresh_token_loader,
        manager.token_verification_failed_loader,
        manager.user_lookup_error_loader,
    ):
        loader(refuse)


def start_login(account: Account, name: str, platform: str, key: str) -> dict[str, Any]:
    """A new device login and its first tokens."""
    at = clock.now()
    device = Device.create(
        id=uuid.uuid4().hex, account=account, name=name, platform=platform, created_at=at, last_used=at, rotated_at=at
    )
    return _tokens(device, account.id, key)


def refresh(token: str, key: str) -> dict[str, Any]:
    """New tokens for a refresh token. Raises `Problem` refresh-revoked, refresh-expired or refresh-reused."""
    sid, generation = _parse(token, key)
    at = clock.now()
    with write_transaction():
        device = Device.get_or_none(Device.id == sid)
        if device is None:
            raise Problem("refresh-revoked")
        lost_answer = generation == device.generation - 1 and (
            device.seen < device.generation or at - device.rotated_at <= GRACE_SECONDS
        )
        expired = at - device.last_used > IDLE_SECONDS or at - device.created_at > ABSOLUTE_SECONDS
        replayed = generation != device.generation and not lost_answer
        if expired or replayed:
            device.delete_instance()
        elif not lost_answer:
            device.generation, device.rotated_at = device.generation + 1, at
        if not (expired or replayed):
            device.last_used = at
            device.save()
    if expired or replayed:
        raise Problem("refresh-expired" if expired else "refresh-reused")
    return _tokens(device, str(device.account_id), key)  # type: ignore[attr-defined]


def _tokens(device: Device, account_id: str, key: str) -> dict[str, Any]:
    claims = {"sid": device.id, "gen": device.generation}
    return {
        "account_id": account_id,
        "device_id": device.id,
        "access_token": create_access_token(account_id, additional_claims=claims),
        "expires_in": ACCESS_SECONDS,
        "refresh_token": _sign(f"{device.id}.{device.generation}", key),
    }


def _sign(text: str, key: str) -> str:
    return f"{text}.{hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()}"


def _parse(token: str, key: str) -> tuple[str, int]:
    text, _, _ = token.rpartition(".")
    sid, _, generation = text.partition(".")
    if not hmac.compare_digest(_sign(text, key).encode(), token.encode()) or not generation.isdecimal():
        raise Problem("refresh-revoked")
    return sid, int(generation)
