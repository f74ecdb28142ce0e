"""Routes of the account itself: look, change, take everything along, delete."""

from typing import Any

from flask import Response, jsonify
from flask_jwt_extended import current_user, jwt_required, verify_jwt_in_request
from flask_openapi import APIBlueprint, Tag

from api import archive, browser, consents, credentials, erasure, limits, passwords, tokens
from api.answers import FRESH, PRIVATE, SENT, STORED, answers, binary
from api.bodies import AccountPatch
from api.database import write_transaction
from api.replies import AccountReply, Receipt
from api.tables import Account
from api.validation import validated

routes = APIBlueprint(
    "accounts", __name__, url_prefix="/v1/account", abp_tags=[Tag(name="Accounts")], abp_security=tokens.BEARER
)


@routes.get(
    "",
    summary="The account, its consents, and the texts that it may agree to",
    responses=answers({200: AccountReply}, *PRIVATE, *STORED),
)
@jwt_required()
def account() -> dict[str, Any]:
    return _shown(current_user.account)


@routes.patch(
    "",
    summary="Give or withdraw consents; change the password",
    description="A new password ends the other device logins. It, and a new recovery code, want a fresh token.",
    responses=answers({200: AccountReply}, *FRESH, *SENT, *STORED, "rate-limited"),
)
@jwt_required()
@limits.changing
@validated
def change(body: AccountPatch) -> dict[str, Any]:
    if body.password is not None or body.new_recovery_code:
        verify_jwt_in_request(fresh=True)
    owner: Account = current_user.account
    hashed = passwords.hash_password(body.password) if body.password is not None else None
    with write_transaction():
        credentials.hold(owner, "invalid-token")
        consents.record(owner, body.consents.said())
        if hashed:
            credentials.change_password(owner, hashed, kept=current_user)
        code = credentials.new_recovery_code(owner) if body.new_recovery_code else None
    return _shown(owner) | ({"recovery_code": code} if code else {})


@routes.get(
    "/export",
    summary="Everything kept about the account, as one ZIP",
    description="Scores, notes, ids of deleted records, device logins, consents, and the schema of them all.",
    responses=answers({200: binary("application/zip")}, *FRESH, *STORED, "rate-limited"),
)
@tokens.fresh_required
@limits.exporting
def export() -> Response:
    disposition = {"Content-Disposition": 'attachment; filename="skinscore-export.zip"'}
    return Response(archive.stream(current_user.account), content_type="application/zip", headers=disposition)


@routes.delete(
    "",
    summary="Delete the account and everything it holds",
    description="The receipt proves the deletion to the operator. A backup restored later stays without the account.",
    responses=answers({200: Receipt}, *FRESH, *STORED),
)
@tokens.fresh_required
def delete() -> Response:
    return browser.forget(jsonify(erasure.erase(current_user.account)))


def _shown(owner: Account) -> dict[str, Any]:
    texts = {purpose: {"version": text.version, "text": text.text} for purpose, text in consents.TEXTS.items()}
    held = {purpose: consents.holds(owner, purpose) for purpose in texts}
    return {"account_id": owner.id, "email": owner.email, "consents": held, "consent_texts": texts}
