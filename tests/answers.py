"""What the application answered during a run of tests, beside what its description says it may answer."""

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from flask import Flask, Response, request
from flask_openapi import OpenAPI

from api.answers import PROBLEM_TYPE


class Answer(NamedTuple):
    """One way in which a route can answer; the slug of its problem, empty for a good one."""

    method: str
    path: str
    status: int
    slug: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status} {self.slug}".rstrip()


class Answers:
    """Listens to Flask's `request_finished`; addresses that are in no description, such as pages, do not count."""

    def __init__(self) -> None:
        self.described: set[Answer] = set()
        self.seen: set[Answer] = set()

    def hear(self, app: Flask, response: Response, **_: object) -> None:
        """Note an answer, and at the first one of all what is described."""
        if not isinstance(app, OpenAPI) or request.url_rule is None:
            return
        self.described = self.described or set(described(app))
        answer = Answer(request.method, uri(request.url_rule.rule), response.status_code, slug_of(response))
        if answer.slug != "internal" and answer[:2] in {one[:2] for one in self.described}:
            self.seen.add(answer)

    def undescribed(self) -> list[str]:
        """What was answered although no description says so."""
        return sorted(map(str, self.seen - self.described))

    def unseen(self) -> list[str]:
        """What is described and never came."""
        return sorted(map(str, self.described - self.seen))


def described(app: OpenAPI) -> Iterable[Answer]:
    """Every answer in an application's OpenAPI document."""
    for path, operations in app.api_doc["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                problem = response.get("content", {}).get(PROBLEM_TYPE)
                slugs = _slugs(problem["schema"]) if problem else [""]
                yield from (Answer(method.upper(), path, int(status), slug) for slug in slugs)


def _slugs(schema: dict) -> list[str]:
    (types,) = (part["properties"]["type"]["enum"] for part in schema["allOf"] if "properties" in part)
    return [slug.rpartition(":")[2] for slug in types]


def uri(rule: str) -> str:
    """`/v1/files/{name}` for Flask's `/v1/files/<path:name>`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def slug_of(response: Response) -> str:
    """The slug of a problem document; empty for any other answer."""
    if response.mimetype != PROBLEM_TYPE:
        return ""
    return json.loads(response.get_data())["type"].rpartition(":")[2]
