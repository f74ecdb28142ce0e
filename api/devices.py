"""Routes of device logins: which phones and browsers are signed in, and an end for a lost one."""

from typing import Any

from flask_jwt_extended import current_user, jwt_required
from flask_openapi import APIBlueprint, Tag
from pydantic import BaseModel, Field

from api import logins, tokens
from api.answers import PRIVATE, STORED, answers
from api.database import write_transaction
from api.problems import Problem
from api.replies import Devices
from api.tables import Device
from api.validation import validated

routes = APIBlueprint(
    "devices", __name__, url_prefix="/v1/auth/devices", abp_tags=[Tag(name="Devices")], abp_security=tokens.BEARER
)


class DevicePath(BaseModel):
    device_id: str = Field(max_length=64)


@routes.get("", summary="The device logins, the last used first", responses=answers({200: Devices}, *PRIVATE, *STORED))
@jwt_required()
def listed() -> dict[str, Any]:
    own = Device.select().where(Device.account == current_user.account_id)
    return {"devices": [_shown(device) for device in own.order_by(Device.last_used.desc(), Device.id)]}


@routes.delete(
    "/<device_id>",
    summary="End a device login",
    responses=answers({204: None}, *PRIVATE, *STORED, "not-found", "invalid"),
)
@jwt_required()
@validated
def end(path: DevicePath) -> tuple[str, int]:
    own = (Device.id == path.device_id) & (Device.account == current_user.account_id)
    with write_transaction():
        device = Device.get_or_none(own)
        if device is None:
            raise Problem("not-found", "GET /v1/auth/devices lists yours")
        logins.end(device)
    return "", 204


def _shown(device: Device) -> dict[str, Any]:
    told = ("id", "name", "platform", "created_at", "last_used")
    return {name: getattr(device, name) for name in told} | {"current": device.id == current_user.id}
