"""One Maven run of the Android client, and what its tests said."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

ANDROID = Path(__file__).parents[2] / "sample_clients" / "android"
NEEDED = {"java": "openjdk-17-jdk-headless", "mvn": "maven", "npm": "npm"}  # programs, and Debian's packages of them
TEST = re.compile(r"^class (\w+)|@Test\s+fun (?:`([^`]+)`|(\w+))", re.MULTILINE)


def lacking() -> str | None:
    """What to install before Maven can run; None when all is there."""
    packages = [package for program, package in NEEDED.items() if not shutil.which(program)]
    return f"the Android client needs Java, Maven and npm: apt-get install {' '.join(packages)}" if packages else None


class Build:
    """What `mvn verify` of all modules left behind."""

    def __init__(self) -> None:
        for folder in ANDROID.glob("*/target/surefire-reports"):
            shutil.rmtree(folder)  # so that what was said is said by this run
        command = ["mvn", "-q", "-B", "--fail-at-end", "-f", str(ANDROID), "verify"]
        environment = {name: value for name, value in os.environ.items() if name != "MAVEN_OPTS"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        self.status, self.log = done.returncode, done.stdout[-20_000:]

    def said(self, module: str) -> dict[str, str | None]:
        """What each test of a module came to: None where it passed, else why not; skipped ones did not pass."""
        found = {}
        for path in (ANDROID / module / "target" / "surefire-reports").glob("*.xml"):
            for case in ElementTree.parse(path).getroot().iter("testcase"):
                faults = [part for part in case if part.tag in ("failure", "error", "skipped")]
                name = case.get("name", "").split("[")[0].removesuffix("()")
                key = f"{case.get('classname', '').split('.')[-1]}: {name}"
                found[key] = found.get(key) or (faults[0].get("message") or faults[0].tag if faults else None)
        return found


def written(module: str) -> set[str]:
    """The tests that a module's sources hold, named as reports name them."""
    found, group = set(), ""
    for path in sorted((ANDROID / module / "src" / "test").rglob("*.kt")):
        for match in TEST.finditer(path.read_text("utf-8")):
            group = match[1] or group
            found |= {f"{group}: {match[2] or match[3]}"} if match[2] or match[3] else set()
    return found
