"""Somebody whose account is deleted while the server dies: all of it is gone then, or nothing."""

import http.client
import time
import uuid
from pathlib import Path
from typing import Any

from api.engines import is_postgres
from tests.client.helpers import score
from tests.faults.load import listing
from tests.faults.victims import recovered
from tests.people import PASSWORD, Person

BATCH, PATIENCE = 5, 60  # records; s until the log of a killed process is emptied
TABLES = ("device", "synchead", "record", "recoverycode", "consentchange")


class Patient(Person):
    """Asks again while the database is said to be busy: each thread of the server learns by itself that it was away."""

    def send(self, *given: Any) -> tuple[int, Any]:
        end = time.monotonic() + PATIENCE
        while (answer := super().send(*given))[0] == 503 and time.monotonic() < end:
            time.sleep(0.1)
        return answer


class Leaver:
    """An account with records that carry a mark."""

    def __init__(self, port: int) -> None:
        self.person, self.mark = Patient(port), uuid.uuid4().hex
        self.identity = self.person.tokens["account_id"]
        pushed = [score(app=self.mark) for _ in range(BATCH)]
        assert self.person.ask("POST", "/v1/sync", {"records": pushed})[0] == 200
        self._prove()

    def _prove(self) -> None:
        _, fresh = self.person.ask("POST", "/v1/auth/reauth", {"password": PASSWORD})
        self.person.tokens |= fresh

    def leave(self) -> int:
        """Delete the account; the status, 0 when the server died over it."""
        headers = {"Authorization": f"Bearer {self.person.tokens['access_token']}"}
        try:
            return self.person._once("DELETE", "/v1/account", None, headers)[0]
        except (OSError, http.client.HTTPException):
            self.person.line.close()
            return 0

    def judge(self, status: int, url: str) -> list[str]:
        """What is wrong after the server came back; the account is gone in the end."""
        faults = []
        credentials = {"email": self.person.email, "password": PASSWORD}
        there, tokens = self.person.send("POST", "/v1/auth/login", credentials)
        if there == 200:
            self.person.tokens = tokens
            faults += ["acknowledged and not erased"] if status == 200 else []
            faults += [] if len(listing(self.person)[0]) == BATCH else ["erased in part"]
            self._prove()
            faults += [] if self.leave() == 200 else ["cannot be erased"]
        self.person.line.close()
        return faults + self._left_in_tables(url) + self._left_in_files(url)

    def _left_in_tables(self, url: str) -> list[str]:
        with recovered(url) as database:
            asked = [f"SELECT count(*) FROM {table} WHERE account_id = {database.param}" for table in TABLES]
            left = sum(database.execute_sql(query, (self.identity,)).fetchone()[0] for query in asked)
        return ["rows are left"] if left else []

    def _left_in_files(self, url: str) -> list[str]:
        if is_postgres(url):
            return []
        file, end = Path(url.removeprefix("sqlite:///")), time.monotonic() + PATIENCE
        while left := [part for part in file.parent.glob(file.name + "*") if self.mark.encode() in part.read_bytes()]:
            if time.monotonic() > end:
                return [f"left in {part.name}" for part in left]
            time.sleep(0.2)
        return []
