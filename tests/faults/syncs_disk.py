"""kill -9 cannot see a missing fsync, since the kernel keeps what was written; strace can."""

import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.api.helpers import score
from tests.people import Person
from tests.servers import WebProcess

ASKED = re.compile(r'(recvfrom|recv)\(\d+, "POST /v1/sync')
ANSWERED = re.compile(r'(sendto|send)\(\d+, "HTTP/1\.1 200')


def missing() -> str | None:
    """Why it cannot be looked at here."""
    return None if shutil.which("strace") else "strace is not installed: apt-get install strace"


def unsynced(server: WebProcess, pushes: int, log: Path) -> int:
    """How many of `pushes` were answered 200 without an fdatasync since they were asked."""
    (worker,) = server.workers()
    with Person(server.port) as person:
        command = ["strace", "-f", "-p", str(worker), "-e", "trace=network,fdatasync", "-o", str(log)]
        tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)  # strace has to attach to every thread
        for n in range(pushes):
            status, _ = person.ask("POST", "/v1/sync", {"records": [score(n)]})
            assert status == 200
        tracer.send_signal(signal.SIGINT)
        tracer.wait(30)
    return pushes - synced(log.read_text().splitlines())


def synced(lines: list[str]) -> int:
    """How many pushes have an fdatasync between their request and its 200."""
    found, waiting, on_disk = 0, False, False
    for line in lines:
        if ASKED.search(line):
            waiting, on_disk = True, False
        elif "fdatasync" in line and "= 0" in line:
            on_disk = True
        elif waiting and ANSWERED.search(line):
            found, waiting = found + on_disk, False
    return found
