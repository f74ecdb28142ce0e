"""The Kotlin core as a process that does what it is told: a step as one line of JSON, its answer as another.

What a phone's model is to score is asked back and graded here, by ExecuTorch's own runtime on the phone's own file:
only the call from Kotlin into that runtime is left out.
"""

import base64
import json
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from training.batches import to_tensor
from training.runtime import PteRunner

CORE = Path(__file__).parents[2] / "sample_clients" / "android" / "core"
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def compiled() -> str | None:
    """Have Maven compile the core and its tests; what it says when it cannot."""
    command = ["mvn", "-q", "-B", "-f", str(CORE.parent), "-pl", "core", "process-test-classes"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "Maven is missing: apt-get install openjdk-17-jdk-headless maven"
    return done.stdout if done.returncode else None


def java(program: str, *before: str, options: Sequence[str] = QUICK_START) -> list[str]:
    """The command that starts a program of the core's tests that Maven compiled; `before` runs it, such as strace."""
    target = CORE / "target"
    path = ":".join(map(str, (target / "test-classes", target / "classes", (target / "classpath").read_text().strip())))
    return [*before, "java", *options, "-cp", path, f"io.skinscore.core.{program}Kt"]


class Driver:
    """One process with any number of phones; close or kill it."""

    def __init__(self, *before: str) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(java("Driver", *before), cwd=CORE, text=True, encoding="utf-8", **pipes)

    def ask(self, **step: Any) -> dict[str, Any]:
        """The answer to a step. Raises `EOFError` when the process ends before it comes."""
        self.tell(step)
        while "score" in (answer := self.hear()):
            self.tell(scored(answer["model"], base64.b64decode(answer["score"])))
        return answer

    def tell(self, step: dict[str, Any]) -> None:
        """Write a line and go on."""
        self.process.stdin.write(json.dumps(step) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The next line."""
        if not (line := self.process.stdout.readline()):
            raise EOFError("the driver ended")
        return json.loads(line)

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.close()

    def close(self) -> None:
        """Let it end by itself."""
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


class Phone:
    """One device in a driver: a home folder, and the address of a server."""

    def __init__(self, driver: Driver, home: Path, server: str, shipped: Path | None = None) -> None:
        self.driver, self.home, self.server, self.shipped = driver, home, server, shipped or home
        self.then: dict[str, Any] = {}
        self.opened = self.open()

    def open(self) -> str | None:
        """Begin, as after a restart of the app; the reason where it cannot."""
        where = {"home": str(self.home), "server": self.server, "shipped": str(self.shipped)}
        return self.driver.ask(phone=str(self.home), do="open", **where)["answer"]

    def close(self) -> None:
        """End, as the app does."""
        self.driver.ask(phone=str(self.home), do="close")

    def do(self, what: str, **step: Any) -> Any:
        """What the step comes to; afterwards memory and disk say the same."""
        found = self.driver.ask(phone=str(self.home), do=what, **step)
        assert found["then"] == found["kept"]
        self.then = found["then"]
        return found["answer"]


def scored(model: str, pixels: bytes) -> dict[str, Any]:
    """Outputs of a model's file for its input bytes, or why it failed."""
    try:
        runner = _runner(model, Path(model).stat().st_mtime_ns)
        side = int((len(pixels) / 3) ** 0.5)
        image = np.frombuffer(pixels, np.uint8).reshape(1, side, side, 3)
        return {name: values.ravel().tolist() for name, values in runner(to_tensor(image)).items()}
    except Exception as error:  # whatever the runtime says no with, the phone has to cope
        return {"failed": str(error) or type(error).__name__}


@cache
def _runner(model: str, _changed: int) -> PteRunner:
    return PteRunner(Path(model))
