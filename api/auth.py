"""Routes that sign people in and out."""

from typing import Any

from flask import Response
from flask_jwt_extended import current_user, jwt_required
from flask_openapi import APIBlueprint, Tag
from peewee import IntegrityError

from api import attempts, browser, credentials, limits, logins, passwords, tokens
from api.answers import PRIVATE, SENT, STORED, answers
from api.bodies import Credentials, Reauthentication, Recovery, Refresh, Registration
from api.config import current
from api.database import write_transaction
from api.problems import Problem
from api.replies import FreshToken, Tokens, TokensAndCode
from api.validation import validated

routes = APIBlueprint("auth", __name__, url_prefix="/v1/auth", abp_tags=[Tag(name="Sign-in")])
SIGNING_IN = (*SENT, *STORED, "rate-limited", "foreign-origin")


@routes.post(
    "/register",
    summary="Make an account and sign this device in",
    description="The answer shows the recovery code, once. An account agrees to nothing by being made: `consents` "
    f"names the texts that its owner was shown and agreed to; PATCH /v1/account does so later. {attempts.REPEAT}",
    responses=answers({201: TokensAndCode}, *SIGNING_IN, "email-taken", "registration-closed"),
)
@limits.signing_in
def register(body: Registration) -> Response:
    if not current().registration_open:
        raise Problem("registration-closed", "ask the operator for an account")
    browser.is_browser(body.platform)
    attempt = attempts.Attempt(body.idempotency_key)
    hashed = passwords.hash_password(body.password)
    try:
        with write_transaction():
            account = credentials.enrol(body.email, hashed, body.consents.said())
            issued = attempt.begin(account, body.device_name, body.platform)
    except IntegrityError:
        issued = attempt.answered(body.email, body.password) or {}
    if not issued:
        raise Problem("email-taken", "sign in, or recover the account with its recovery code")
    return browser.handed_over(issued, body.platform, 201)


@routes.post("/login", summary="Sign a device in", responses=answers({200: Tokens}, *SIGNING_IN, "bad-credentials"))
@limits.guessing
def login(body: Credentials) -> Response:
    browser.is_browser(body.platform)
    limits.slow_down()
    account = credentials.proven(body.email, body.password)
    with write_transaction():
        credentials.hold(account)
        issued = logins.start(account, body.device_name, body.platform)
    return browser.handed_over(issued, body.platform)


@routes.post(
    "/recover",
    summary="Set a new password with the recovery code",
    description="Ends every device login, signs this device in, and shows the next recovery code, once. "
    + attempts.REPEAT,
    responses=answers({200: TokensAndCode}, *SIGNING_IN, "bad-recovery-code"),
)
@limits.guessing
def recover(body: Recovery) -> Response:
    browser.is_browser(body.platform)
    limits.slow_down()
    attempt = attempts.Attempt(body.idempotency_key, body.recovery_code)
    hashed = passwords.hash_password(body.password)
    with write_transaction():
        account = credentials.recover(body.email, body.recovery_code, hashed)
        issued = attempt.begin(account, body.device_name, body.platform) if account else {}
    issued = issued or attempt.answered(body.email, body.password) or {}
    if not issued:
        raise Problem("bad-recovery-code")
    return browser.handed_over(issued, body.platform)


@routes.post(
    "/refresh",
    summary="New tokens for a refresh token, which rotates",
    responses=answers(
        {200: Tokens}, *SIGNING_IN, "unauthorized", "refresh-expired", "refresh-reused", "refresh-revoked"
    ),
)
@limits.refreshing
def refresh(body: Refresh) -> Response:
    return browser.handed_over(logins.refresh(browser.refresh_token(body.refresh_token)))


@routes.post(
    "/logout",
    summary="End this device login",
    security=tokens.BEARER,
    responses=answers({204: None}, *PRIVATE, *STORED),
)
@jwt_required()
def logout() -> Response:
    with write_transaction():
        logins.end(current_user)
    return browser.forget(Response(status=204))


@routes.post(
    "/reauth",
    summary="A fresh access token for the password, for 5 minutes",
    description="Export, deletion and a new password want one.",
    security=tokens.BEARER,
    responses=answers({200: FreshToken}, *PRIVATE, *SENT, *STORED, "rate-limited", "bad-credentials"),
)
@jwt_required()
@limits.guessing
@validated
def reauth(body: Reauthentication) -> dict[str, Any]:
    limits.slow_down()
    credentials.proven(current_user.account.email, body.password)
    return tokens.issue(current_user, fresh=True)
