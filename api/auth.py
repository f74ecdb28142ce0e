"""Routes that sign people in and out."""

from typing import Any

from flask import Response
from flask_jwt_extended import current_user, jwt_required
from flask_openapi import APIBlueprint, Tag
from peewee import IntegrityError

from api import browser, credentials, limits, logins, passwords, tokens
from api.bodies import Credentials, Reauthentication, Recovery, Refresh, Registration
from api.config import current
from api.database import write_transaction
from api.problems import Problem
from api.validation import validated

routes = APIBlueprint("auth", __name__, url_prefix="/v1/auth", abp_tags=[Tag(name="Sign-in")])


@routes.post(
    "/register",
    summary="Make an account and sign this device in",
    description="The answer shows the recovery code, once. Agrees to `sync`, which an account is for, unless "
    "`consents` says otherwise; agrees to `heatmap` only if told.",
)
@limits.signing_in
def register(body: Registration) -> Response:
    if not current().registration_open:
        raise Problem("registration-closed", "ask the operator for an account")
    browser.is_browser(body.platform)
    hashed = passwords.hash_password(body.password)
    try:
        with write_transaction():
            account, code = credentials.enrol(body.email, hashed, {"sync": 1} | body.consents.said())
            issued = logins.start(account, body.device_name, body.platform)
    except IntegrityError:
        raise Problem("email-taken", "sign in, or recover the account with its recovery code") from None
    return browser.handed_over(issued | {"recovery_code": code}, body.platform, 201)


@routes.post("/login", summary="Sign a device in")
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
    description="Ends every device login, signs this device in, and shows the next recovery code, once.",
)
@limits.guessing
def recover(body: Recovery) -> Response:
    browser.is_browser(body.platform)
    limits.slow_down()
    hashed = passwords.hash_password(body.password)
    with write_transaction():
        account, code = credentials.recover(body.email, body.recovery_code, hashed)
        issued = logins.start(account, body.device_name, body.platform)
    return browser.handed_over(issued | {"recovery_code": code}, body.platform)


@routes.post("/refresh", summary="New tokens for a refresh token, which rotates")
@limits.refreshing
def refresh(body: Refresh) -> Response:
    return browser.handed_over(logins.refresh(browser.refresh_token(body.refresh_token)))


@routes.post("/logout", summary="End this device login", security=tokens.BEARER)
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
)
@jwt_required()
@limits.guessing
@validated
def reauth(body: Reauthentication) -> dict[str, Any]:
    limits.slow_down()
    credentials.proven(current_user.account.email, body.password)
    return tokens.issue(current_user, fresh=True)
