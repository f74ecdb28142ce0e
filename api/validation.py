"""Parse what a route's annotations name, once the decorators above it let the request through.

flask-openapi describes the same models in /docs; its own `validate_request` works them out again at every request,
which takes longer than answering it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict

from api.problems import Problem, from_validation, pointer


def _once(given: "MultiDict[str, str]") -> dict[str, str]:
    """Each name with its value; of two values under one name neither is what was meant for certain."""
    twice = [name for name, values in given.lists() if len(values) > 1]
    if twice:
        raise Problem("invalid", errors=[{"pointer": pointer((name,)), "detail": "Give it once"} for name in twice])
    return given.to_dict()


SOURCES: dict[str, Callable[[], Any]] = {
    "path": lambda: request.view_args,
    "query": lambda: _once(request.args),
    "body": lambda: request.get_json(),
}


def validated(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view with its `path`, `query` and `body` parsed; a 422 problem where they do not fit."""
    models: dict[str, type[BaseModel]] = {name: hint for name, hint in get_type_hints(view).items() if name in SOURCES}

    @wraps(view)
    def parsed(**_: Any) -> Any:
        try:
            asked = {name: model.model_validate(SOURCES[name]()) for name, model in models.items()}
        except ValidationError as error:
            return from_validation(error)
        return view(**asked)

    parsed.__delay_validate_request__ = True  # type: ignore[attr-defined]  # flask-openapi leaves it to us
    return parsed
