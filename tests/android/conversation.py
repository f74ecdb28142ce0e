"""A Kotlin and a Python device of one account, a real server, and 500 steps made up by chance: all end up alike.

    python -m tests.android.conversation --json -                        # one conversation of 500 steps
    python -m tests.android.conversation --seeds 1 2 3 --steps 2000

Either device adds, notes, deletes, syncs, loses (half of) an answer, restarts, signs out, withdraws its consent, makes
another body under an id that is taken; the Kotlin one is killed as well, and the server is put back to an older state.
Each body carries a mark. Afterwards both devices and the server hold what was made less what was deleted, each once.
Status 0 when all are alike.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tests.android.chance import EMAIL, Conversation
from tests.android.driver import compiled
from tests.android.sides import KotlinSide, PythonSide
from tests.people import Person
from tests.relay import relay
from tests.servers import WebProcess, web_process


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print; 0 when every conversation came to one history."""
    p = argparse.ArgumentParser(
        "python -m tests.android.conversation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--seeds", type=int, nargs="+", default=[1], help="a conversation each")
    p.add_argument("--steps", type=int, default=500)
    p.add_argument("--json", help="write the figures as one JSON object to this file; - is stdout")
    args = p.parse_args(argv)
    if fault := compiled():
        print(f"conversation: {fault.strip()}", file=sys.stderr)
        return 2
    figures = [conversed(seed, args.steps) for seed in args.seeds]
    text = json.dumps({"conversations": figures, "failures": sum(bool(one["wrong"]) for one in figures)})
    if args.json and args.json != "-":
        Path(args.json).write_text(text)
    else:
        print(text)
    return 1 if any(one["wrong"] for one in figures) else 0


def conversed(seed: int, steps: int) -> dict[str, Any]:
    """The figures of one conversation, on a server of its own."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        server = stack.enter_context(web_process(folder, f"sqlite:///{folder / 'api.db'}"))
        sides = [side(folder / side.name, stack.enter_context(relay(server.port))) for side in (KotlinSide, PythonSide)]
        for side in sides:
            stack.callback(side.close)
        return figures_of(Conversation(sides, seed), server, folder / "backup.db", seed, steps)


def figures_of(talk: Conversation, server: WebProcess, backup: Path, seed: int, steps: int) -> dict[str, Any]:
    """What happened and what is wrong afterwards; a third of the way on the server is backed up, then put back."""
    talk.register()
    for number in tqdm(range(steps), desc=f"seed {seed}", unit="step"):
        if number == steps // 3:
            server.operate("backup", str(backup))
        if number == 2 * steps // 3:
            server.stop()
            server.operate("restore", str(backup))
            server.start()
        talk.step()
    wrong = [] if talk.make_peace() else ["the last syncs were not complete"]
    wrong += talk.wrong()
    held, head = talk.sides[0].state(), head_of(server)
    if (head["count"], head["xor"]) != (len(held["live"]), held["xor"]):
        wrong.append(f"the server holds {head}")
    happened = dict(sorted(talk.happened.items()))
    return {"seed": seed, "steps": steps, "records": len(held["live"]), "happened": happened, "wrong": wrong}


def head_of(server: WebProcess) -> dict[str, Any]:
    """Count and xor of what the server holds for the account."""
    with Person(server.port, EMAIL) as person:
        status, page = person.ask("GET", "/v1/sync")
    assert status == 200, page
    return page["head"]


if __name__ == "__main__":
    sys.exit(main())
