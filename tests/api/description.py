"""The OpenAPI document as whoever has nothing else reads it."""

import json
from typing import Any

import jsonschema_rs

from api import routed

DOCUMENT: dict[str, Any] = json.loads(json.dumps(routed().api_doc))


def described_by(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Judges JSON by a schema of the document, which may point to its components."""
    return jsonschema_rs.Draft202012Validator(schema | {"components": DOCUMENT["components"]}, validate_formats=True)
