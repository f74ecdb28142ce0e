"""Write the golden conversations by letting the Python client talk to the real application.

python -m tests.golden.make            # writes sample_clients/golden/conversations/*.json
python -m tests.golden.make --check    # status 1 when they are not what would be written
"""

import argparse
import copy
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.golden.conversations import SCRIPTS
from tests.golden.names import Names
from tests.golden.stage import Devices, Step, act, application, behind_the_scenes, state
from tests.golden.wires import SERVER, Recorder

FOLDER = Path(__file__).parents[2] / "sample_clients" / "golden" / "conversations"


def main(argv: Sequence[str] | None = None) -> int:
    """Write or compare all of them."""
    p = argparse.ArgumentParser(
        "python -m tests.golden.make", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--check", action="store_true", help="write nothing, compare")
    checking, stale = p.parse_args(argv).check, []
    for name in SCRIPTS:
        path, text = FOLDER / f"{name}.json", conversation(name)
        if not checking:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(name)
    if stale:
        print(f"not what would be written: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


def conversation(name: str) -> str:
    """One file's text."""
    claim, script = SCRIPTS[name]
    names = Names()
    with tempfile.TemporaryDirectory() as scratch, application(Path(scratch)) as app:
        devices = Devices(Path(scratch))
        recorder = Recorder(app.test_client(), names)
        steps = [_performed(copy.deepcopy(step), devices, recorder, Path(scratch)) for step in script]
        devices.close()
    told = ",\n".join(_lines(step) for step in steps)
    return f'{{"name": "{name}",\n "claim": {_line(claim)},\n "steps": [\n{told}\n]}}\n'


def _lines(step: Step) -> str:
    """A step's parts and exchanges on a line each, so that a change shows where it is."""
    said = "[" + ",\n   ".join(_line(exchange) for exchange in step.get("exchanges", [])) + "]"
    parts = {key: said if key == "exchanges" else _line(value) for key, value in step.items()}
    return " {" + ",\n  ".join(f'"{key}": {text}' for key, text in parts.items()) + "}"


def _line(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False)


def _performed(step: Step, devices: Devices, recorder: Recorder, folder: Path) -> Step:
    if "server" in step:
        behind_the_scenes(step, folder)
        return step
    recorder.heard, recorder.lose = [], step.pop("lose", 0)
    if "somebody" in step:
        body = recorder.names.fill(step["json"])
        recorder.request("POST", f"{SERVER}/v1/auth/{step['somebody']}", headers={}, json=body)
        return {"do": "raw", "exchanges": recorder.heard}
    client = devices[step["device"]]
    client.server.session = recorder  # type: ignore[assignment]
    answer = recorder.names.hide(act(client, recorder.names.fill(step)))
    return step | {"exchanges": recorder.heard, "answer": answer, "then": recorder.names.hide(state(client))}


if __name__ == "__main__":
    sys.exit(main())
