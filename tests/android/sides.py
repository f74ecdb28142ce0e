"""Two devices of one account, one in Kotlin and one in Python, that take the same steps (tests/golden/stage.py)."""

import time
from pathlib import Path
from typing import Any

from sample_clients.python.client import Client
from tests.android.driver import Driver, Phone
from tests.golden import stage
from tests.relay import Relay


class PythonSide:
    """The Python client, in this process."""

    name = "python"

    def __init__(self, home: Path, wire: Relay) -> None:
        self.home, self.wire = home, wire
        self.start()

    def start(self) -> None:
        """Start on what is on the disk."""
        self.client = Client(self.home, self.home, self.wire.url)

    def act(self, what: str, **step: Any) -> Any:
        """The answer to a step, or the type of the problem that it met."""
        return stage.act(self.client, {"do": what, **step})

    def state(self) -> dict[str, Any]:
        """What it holds."""
        return stage.state(self.client)

    def records(self) -> list[dict[str, Any]]:
        """All live records."""
        return self.client.store.live()

    def restart(self) -> None:
        """The app was ended in order and started again."""
        self.close()
        self.start()

    def close(self) -> None:
        """Let go of the files."""
        self.client.server.session.close()
        self.client.store.close()


class KotlinSide:
    """The Kotlin client, in a process of its own that can be killed."""

    name = "kotlin"

    def __init__(self, home: Path, wire: Relay) -> None:
        self.home, self.wire = home, wire
        self.start()

    def start(self) -> None:
        """Start on what is on the disk."""
        self.driver = Driver()
        self.phone = Phone(self.driver, self.home, self.wire.url)
        assert self.phone.opened is None, self.phone.opened

    def act(self, what: str, **step: Any) -> Any:
        """The answer to a step, or the type of the problem that it met."""
        return self.phone.do(what, **step)

    def state(self) -> dict[str, Any]:
        """What it holds."""
        self.records()
        return self.phone.then

    def records(self) -> list[dict[str, Any]]:
        """All live records."""
        return self.phone.do("history")

    def restart(self) -> None:
        """The app was ended in order and started again."""
        self.phone.close()
        assert self.phone.open() is None

    def die(self, seconds: float, what: str, **step: Any) -> None:
        """The app is killed so long after it was told to do something, and started again."""
        self.driver.tell({"phone": str(self.home), "do": what, **step})
        time.sleep(seconds)
        self.driver.kill()
        self.start()

    def close(self) -> None:
        """Let the process end."""
        self.driver.close()
