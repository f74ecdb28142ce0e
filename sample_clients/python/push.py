"""Send what waits, a batch after the other, and settle what the server says of each."""

import json
from collections import Counter
from typing import Any

from .form import has_form, one_of
from .http import Server, ServerError
from .ids import second_id
from .records import is_record
from .store import Store

VERDICTS: dict[str, dict[str, Any]] = {  # what comes with each
    "created": {"seq": int},
    "duplicate": {"seq": int},
    "conflict": {"seq": int, "record": is_record},
    "deleted": {},
    "invalid": {"problem": {"type": str}},
}
BATCH, BATCH_BYTES = 200, 900_000  # the server takes 200 items and 1 MiB


def push(store: Store, server: Server) -> tuple[int, int]:
    """How many were taken, and how many refused.

    Raises `ServerError`, also for answers after which no push would come to its end; what is settled stays so.
    """
    copies: set[str] = set()
    said: Counter[str] = Counter()
    while True:
        waiting, deletes = store.unsent(BATCH)
        if not waiting and not deletes:
            return said["created"] + said["deleted"], said["invalid"]
        batch = _fitting(waiting)
        verdicts = _verdicts(server, batch, deletes)
        copies |= _new_ids(batch, verdicts, copies)
        with store.transaction():
            for place, verdict in enumerate(verdicts):
                store.settle(verdict, place >= len(batch))
        said.update(verdict["verdict"] for verdict in verdicts)


def _verdicts(server: Server, batch: list[dict[str, Any]], deletes: list[str]) -> list[dict[str, Any]]:
    """What became of each, in order. Raises `ServerError` for verdicts of other ids: no push would come to its end."""
    results = server.call("POST", "/v1/sync", json={"records": batch, "deletes": deletes}).json(RESULTS)["results"]
    ids = [record["id"] for record in batch] + deletes
    if [verdict["id"] for verdict in results] != ids or not all(_holds(verdict, deletes) for verdict in results):
        raise ServerError("unexpected", "the server did not answer for every record: try again later")
    return results


def _is_verdict(value: Any) -> bool:
    """Whether this is a verdict that the client knows, with all that belongs to it."""
    return has_form(value, {"id": str, "verdict": one_of(*VERDICTS)}) and has_form(value, VERDICTS[value["verdict"]])


RESULTS = {"results": [_is_verdict]}


def _holds(verdict: dict[str, Any], deletes: list[str]) -> bool:
    """Whether it answers what was asked: a delete is made or refused, a conflict comes with the other record."""
    if verdict["id"] in deletes:
        return verdict["verdict"] in ("deleted", "invalid")
    return verdict["verdict"] != "conflict" or verdict["record"]["id"] == verdict["id"]


def _new_ids(batch: list[dict[str, Any]], verdicts: list[dict[str, Any]], copies: set[str]) -> set[str]:
    """Under which ids our copies go on after a conflict.

    Raises `ServerError` where one of `copies` meets another record again: no push would come to its end.
    """
    contested = {verdict["id"] for verdict in verdicts if verdict["verdict"] == "conflict"}
    if contested & copies:
        raise ServerError("unexpected", "the server holds another record under every id: try again later")
    return {second_id(record) for record in batch if record["id"] in contested}


def _fitting(waiting: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many from the front as one request may carry."""
    size = 0
    for place, record in enumerate(waiting):
        size += len(json.dumps(record)) + 2
        if size > BATCH_BYTES and place:
            return waiting[:place]
    return waiting
