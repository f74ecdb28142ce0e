"""How often the end of each file was asked for: the downloads that a server sees. A CDN in front hides the rest."""

import logging

from flask import Response
from peewee import PeeweeException

from api.database import write_transaction
from api.tables import ModelDownload


def reaches_the_end(response: Response, length: int) -> bool:
    """Whether an answer carries the last of a file's `length` bytes."""
    return response.status_code == 200 or (response.status_code == 206 and response.content_range.stop == length)


def count(sha256: str) -> None:
    """One more download of a file. A count that cannot be kept never costs a phone its model."""
    more = {ModelDownload.times: ModelDownload.times + 1}
    try:
        with write_transaction():
            one = ModelDownload.insert(sha256=sha256, times=1)
            one.on_conflict(conflict_target=[ModelDownload.sha256], update=more).execute()
    except PeeweeException as error:
        logging.getLogger("skinscore").warning("a download was not counted: %s", error)


def counted() -> dict[str, int]:
    """Downloads by the file's hash."""
    return {one.sha256: one.times for one in ModelDownload.select()}
