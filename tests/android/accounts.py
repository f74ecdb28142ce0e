"""What tests share in which phones of one account meet a real server."""

from typing import Any

from tests.android.driver import Phone
from tests.client.helpers import score

PASSWORD = "a long password"
SYNC = {"consents": {"sync": 1}}


def done(pushed: int = 0, pulled: int = 0) -> dict[str, Any]:
    return {"pushed": pushed, "pulled": pulled, "refused": 0, "complete": True}


def kept(phone: Phone, **changes: Any) -> dict[str, Any]:
    """A record that the phone keeps."""
    record = score(**changes)
    phone.do("add", record=record)
    return record
