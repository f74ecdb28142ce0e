"""Whether a JSON document has the form that this client reads: looked at once, before anything goes by it.

A form is written like what it describes: `{"id": str}` is an object with at least these fields, `[str]` a list of any
length, `(int, int)` a list of just these; else it is a type, or a function that says whether a value will do.
"""

import base64
import json
import re
from collections.abc import Callable
from typing import Any


def parsed(document: bytes | str, form: Any) -> Any | None:
    """The document, if it has this form; None where it has another one, or is no JSON."""
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        return None
    return value if has_form(value, form) else None


def has_form(value: Any, form: Any) -> bool:
    """Whether a JSON value has this form; a field that is missing counts as null."""
    if isinstance(form, dict):
        return isinstance(value, dict) and all(has_form(value.get(name), one) for name, one in form.items())
    if isinstance(form, list):
        return isinstance(value, list) and all(has_form(one, form[0]) for one in value)
    if isinstance(form, tuple):
        return isinstance(value, list) and len(value) == len(form) and all(map(has_form, value, form))
    if isinstance(form, type):
        return isinstance(value, form) and isinstance(value, bool) == (form is bool)  # to Python, true is an int too
    return form(value)


def maybe(form: Any) -> Callable[[Any], bool]:
    """What may be missing or null."""
    return lambda value: value is None or has_form(value, form)


def one_of(*values: Any) -> Callable[[Any], bool]:
    """One of these."""
    return lambda value: any(type(value) is type(one) and value == one for one in values)


def by_attribute(form: Any) -> Callable[[Any], bool]:
    """An object of something for each attribute, whose key may become the name of a file."""
    return lambda value: (
        isinstance(value, dict)
        and all(re.fullmatch("[a-z][a-z0-9_]{0,39}", key) and has_form(one, form) for key, one in value.items())
    )


def number(value: Any) -> bool:
    """Any number, whole or not."""
    return has_form(value, int) or has_form(value, float)


def sha256(value: Any) -> bool:
    """64 hex digits."""
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def base64_text(value: Any) -> bool:
    """Bytes as base64."""
    try:
        return isinstance(value, str) and bool(base64.b64decode(value))
    except ValueError:
        return False


def version_of(text: str) -> tuple[int, ...] | None:
    """(1, 4, 0) for 1.4.0; None for what is no version."""
    return tuple(map(int, text.split("."))) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})*", text) else None
