"""Routes of accounts and device logins."""

import re
import uuid
from typing import Annotated, Any

from flask import current_app
from flask_jwt_extended import current_user, jwt_required
from flask_openapi import APIBlueprint, Tag, validate_request
from peewee import IntegrityError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api import clock, passwords, tokens
from api.database import Account, SyncHead, write_transaction
from api.problems import Problem

routes = APIBlueprint("accounts", __name__, url_prefix="/v1", abp_tags=[Tag(name="Accounts")])


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise ValueError("write an e-mail address such as me@example.org")
    return value.lower()


class Strict(BaseModel):
    """No unknown fields."""

    model_config = ConfigDict(extra="forbid")


class Consents(Strict):
    sync: bool | None = None
    heatmap: bool | None = None


class Credentials(Strict):
    email: Annotated[str, Field(max_length=254), AfterValidator(_address)]
    password: str = Field(min_length=passwords.MIN_LENGTH, max_length=passwords.MAX_LENGTH)
    device_name: str = Field("", max_length=80)
    platform: str = Field("", max_length=40)


class Registration(Credentials):
    consents: Consents = Consents()


class RefreshBody(Strict):
    refresh_token: str = Field(max_length=200)


class AccountPatch(Strict):
    consents: Consents


@routes.post("/auth/register", summary="Make an account and sign this device in")
def register(body: Registration) -> tuple[dict[str, Any], int]:
    hashed, asked = passwords.hash_password(body.password), body.consents
    try:
        with write_transaction():
            account = Account.create(
                id=uuid.uuid4().hex,
                email=body.email,
                password_hash=hashed,
                created_at=clock.now(),
                consent_sync=asked.sync is not False,
                consent_heatmap=bool(asked.heatmap),
            )
            SyncHead.create(account=account, epoch=uuid.uuid4().hex)
            issued = tokens.start_login(account, body.device_name, body.platform, _refresh_key())
    except IntegrityError:
        raise Problem("email-taken") from None
    return issued, 201


@routes.post("/auth/login", summary="Sign a device in")
def login(body: Credentials) -> dict[str, Any]:
    account = Account.get_or_none(Account.email == body.email)
    stored = account.password_hash if account else None
    if not passwords.matches(stored, body.password) or account is None:
        raise Problem("bad-credentials")
    with write_transaction():
        return tokens.start_login(account, body.device_name, body.platform, _refresh_key())


@routes.post("/auth/refresh", summary="New tokens for a refresh token, which rotates")
def refresh(body: RefreshBody) -> dict[str, Any]:
    return tokens.refresh(body.refresh_token, _refresh_key())


@routes.post("/auth/logout", summary="End this device login", security=tokens.BEARER)
@jwt_required()
def logout() -> tuple[str, int]:
    with write_transaction():
        current_user.delete_instance()
    return "", 204


@routes.get("/account", summary="The account and its consents", security=tokens.BEARER)
@jwt_required()
def account() -> dict[str, Any]:
    return _shown(current_user.account)


@routes.patch("/account", summary="Give or withdraw consents", security=tokens.BEARER)
@jwt_required()
@validate_request()
def change(body: AccountPatch) -> dict[str, Any]:
    given = {f"consent_{purpose}": yes for purpose, yes in body.consents.model_dump(exclude_none=True).items()}
    whose = Account.id == current_user.account_id
    with write_transaction():
        if given:
            Account.update(given).where(whose).execute()
        return _shown(Account.get(whose))


def need_consent(purpose: str) -> Account:
    """The signed-in account, or the problem `consent-required`."""
    owner: Account = current_user.account
    if not getattr(owner, f"consent_{purpose}"):
        raise Problem("consent-required", f'PATCH /v1/account with {{"consents": {{"{purpose}": true}}}} gives it')
    return owner


def _shown(owner: Account) -> dict[str, Any]:
    consents = {"sync": owner.consent_sync, "heatmap": owner.consent_heatmap}
    return {"account_id": owner.id, "email": owner.email, "consents": consents}


def _refresh_key() -> str:
    return current_app.extensions["skinscore"].refresh_key
