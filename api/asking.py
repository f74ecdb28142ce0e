"""What may be asked of a photo, and whether what was sent is one as far as its first bytes tell."""

import re
from typing import Literal

from flask import request
from pydantic import BaseModel, ConfigDict, Field

from api.jobs import Question
from api.methods import DETAILS
from api.models import Bundle
from api.problems import Problem

MAGIC = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "image/heic": re.compile(rb"....ftyp", re.DOTALL),
}


class LookQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    graded_by: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="`file_sha256` of the photo's score: the answer says whether it is by this model",
    )


class AskQuery(LookQuery):
    attributes: str | None = Field(None, max_length=400, description="keys with commas between; all when left out")
    method: Literal["gradcam", "gradcam++", "hirescam", "layercam", "eigencam"] = Field(
        "gradcam", description="gradcam is the phone's own kind of map; eigencam knows no attribute"
    )
    detail: Literal["1x", "2x", "4x"] = Field(
        "1x", description="side of the explained photo in sides of the model's input; lowered to what the photo has"
    )


def photo() -> bytes:
    """The request's body. Raises `bad-request` where some of it is missing, `unsupported-media-type` by its type."""
    data = request.get_data(cache=False)
    if len(data) < (request.content_length or 0):  # gunicorn gives what came before the connection ended
        raise Problem("bad-request", "the photo did not arrive whole, or not in time: send it again")
    magic = MAGIC.get(request.mimetype)
    if magic is None or not magic.match(data):
        raise Problem("unsupported-media-type", f"send the photo itself as {', '.join(MAGIC)}")
    return data


def question(query: AskQuery, bundle: Bundle) -> Question:
    """What is asked, attributes in the bundle's order. Raises the problem `invalid`."""
    known = [attribute["key"] for attribute in bundle.data["attributes"]]
    wanted = known if query.attributes is None else [key.strip() for key in query.attributes.split(",")]
    if not wanted or not set(wanted) <= set(known):
        raise Problem("invalid", f"this model grades {', '.join(known)}")
    attributes = tuple(key for key in known if key in wanted)
    return Question(attributes, query.method, DETAILS[query.detail], bundle.sha256)
