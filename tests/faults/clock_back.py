"""The server's clock goes back by an hour, and on again: every record is seen, every device stays signed in."""

import threading
import time
from pathlib import Path
from typing import Any
from unittest import mock

from tests.faults import dying, load
from tests.faults.place import Place
from tests.people import Person
from tests.servers import WebProcess, web_process

HOUR = 3600
RACED = 1500  # records written while the clock moves


def clock_back(place: Place) -> dict[str, Any]:
    """The server's clock goes back by an hour, and on again, while writers race and readers poll."""
    behind = place.scratch / "behind"
    behind.write_text("0")
    app, told = "tests.faults.dying:create_wandering_app()", {dying.BEHIND: str(behind)}
    with mock.patch.dict("os.environ", told), web_process(place.scratch, place.url(), app) as server:
        return _raced(server, behind)


def _raced(server: WebProcess, behind: Path) -> dict[str, Any]:
    figures: list[dict[str, Any]] = []
    race = threading.Thread(target=lambda: figures.append(load.run(server.port, RACED, 2)))
    with Person(server.port) as me:
        race.start()
        time.sleep(1)
        behind.write_text(str(HOUR))
        stale, _ = me.send("GET", "/v1/account", token=me.tokens["access_token"])
        renewed, tokens = me.send("POST", "/v1/auth/refresh", {"refresh_token": me.tokens["refresh_token"]})
        valid, _ = me.send("GET", "/v1/account", token=tokens.get("access_token"))
        time.sleep(1)
        behind.write_text("0")
        race.join()
    broken = (stale, renewed, valid) != (401, 200, 200)
    missed = figures[0]["missed"] + figures[0]["errors"] + (figures[0]["records"] < RACED)
    return {
        "statuses": {"stale token": stale, "refresh": renewed, "new token": valid},
        "acknowledged": figures[0]["records"],
        "unpromised": broken + missed,
        "acknowledged_absent": figures[0]["acknowledged_absent"],
        "checksum_wrong": figures[0]["checksum_wrong"],
        "did_not_happen": [],
    }
