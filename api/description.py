"""The description that flask-openapi writes, mended where it says too much or too little.

Headers are worked out from what a route may answer: one that answers 304 compares ETags, one that may say
`client-too-old` asks which format is spoken.
"""

from typing import Any

from flask_openapi import OpenAPI
from flask_openapi.utils import get_model_schema

from api.records import FORMAT, FORMAT_HEADER, OLDEST_FORMAT, Score

IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "the ETag of the last answer, as it was given: 304 while nothing changed",
    "schema": {"type": "string"},
}
SPEAKS = {
    "name": FORMAT_HEADER,
    "in": "header",
    "required": False,
    "description": "the format of records and sync that you speak; a retired one is told `client-too-old`",
    "schema": {"type": "integer", "minimum": OLDEST_FORMAT, "maximum": 999_999, "default": FORMAT},
}
ETAG = {"ETag": {"required": True, "description": "for If-None-Match", "schema": {"type": "string"}}}


def mend(app: OpenAPI) -> None:
    """Make the description of an application whole."""
    described = app.api_doc
    for operations in described["paths"].values():
        for operation in operations.values():
            _drop_what_was_added(operation["responses"])
            _declare_headers(operation)
    schema = get_model_schema(Score)
    del schema["$defs"]  # they are described beside it
    described["components"]["schemas"][Score.__name__] = schema  # flask-openapi knows no `propertyNames`


def _drop_what_was_added(responses: dict[str, Any]) -> None:
    """flask-openapi adds a 422 of its own to every route that does not name one."""
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]


def _declare_headers(operation: dict[str, Any]) -> None:
    responses, sent = operation["responses"], operation.get("parameters", [])
    if "304" in responses:
        sent = [*sent, IF_NONE_MATCH]
        for status in {"200", "206", "304"} & responses.keys():
            responses[status]["headers"] = ETAG
    if "`client-too-old`" in responses.get("403", {}).get("description", ""):
        sent = [*sent, SPEAKS]
    if sent:
        operation["parameters"] = sent
