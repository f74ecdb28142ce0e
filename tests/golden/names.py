"""Values that differ in every run (tokens, cursors, ids of accounts) stand under names such as `$cursor.2`."""

import re
import uuid
from typing import Any

OPAQUE = {
    "access_token": "access",
    "refresh_token": "refresh",
    "next_cursor": "cursor",
    "account_id": "account",
    "device_id": "login",
    "recovery_code": "recovery",
    "idempotency_key": "attempt",
    "request_id": "request",
    "ETag": "etag",
}
MADE_BY_CLIENTS = "$attempt."
NAME = re.compile(r"\$[a-z]+\.[0-9]+")


class Names:
    """Both directions between names and the values of one run."""

    def __init__(self) -> None:
        self.value_of: dict[str, str] = {}

    def learn(self, answer: Any) -> None:
        """Name the opaque values of an answer that have none yet."""
        if isinstance(answer, dict):
            for key, value in answer.items():
                if key in OPAQUE and isinstance(value, str):
                    self._name(OPAQUE[key], value)
                else:
                    self.learn(value)

    def _name(self, kind: str, value: str) -> None:
        if value not in self.value_of.values():
            number = 1 + sum(name.startswith(f"${kind}.") for name in self.value_of)
            self.value_of[f"${kind}.{number}"] = value

    def hide(self, thing: Any) -> Any:
        """The same with names for values."""
        hidden = {value: name for name, value in self.value_of.items()}
        return _mapped(thing, lambda text: _replaced(text, hidden))

    def fill(self, thing: Any) -> Any:
        """The same with values for names.

        One is made up for a name that clients give a value to; a name that has none stands for itself.
        """
        return _mapped(thing, lambda text: NAME.sub(lambda found: self._value(found[0]), text))

    def _value(self, name: str) -> str:
        if name.startswith(MADE_BY_CLIENTS):
            self.value_of.setdefault(name, uuid.uuid4().hex)
        return self.value_of.get(name, name)

    def differences(self, expected: Any, actual: Any, place: str = "") -> list[str]:
        """Where an answer is not what was written; a name met for the first time takes a value that no other has."""
        if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
            return [d for key in expected for d in self.differences(expected[key], actual[key], f"{place}/{key}")]
        if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
            pairs = enumerate(zip(expected, actual, strict=True))
            return [d for at, pair in pairs for d in self.differences(*pair, f"{place}/{at}")]
        if isinstance(expected, str) and NAME.fullmatch(expected) and expected not in self.value_of:
            if isinstance(actual, str) and actual not in self.value_of.values():
                self.value_of[expected] = actual
                return []
        elif self.fill(expected) == actual:
            return []
        return [f"{place}: {expected!r} is written, {actual!r} came"]


def _replaced(text: str, hidden: dict[str, str]) -> str:
    for value in sorted(hidden, key=len, reverse=True):
        text = text.replace(value, hidden[value])
    return text


def _mapped(thing: Any, change: Any) -> Any:
    if isinstance(thing, dict):
        return {key: _mapped(value, change) for key, value in thing.items()}
    if isinstance(thing, list):
        return [_mapped(value, change) for value in thing]
    return change(thing) if isinstance(thing, str) else thing
