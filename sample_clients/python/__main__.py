"""The client on the command line.

    python -m sample_clients.python score selfie.jpg --part cheek --heat-dir maps
    python -m sample_clients.python register me@example.org        # or login, or recover; asks for the password
    python -m sample_clients.python sync
    python -m sample_clients.python heatmap selfie.jpg --consent --heat-dir maps
    python -m sample_clients.python history
    python -m sample_clients.python update

Grading and history work without a network and without an account.
"""

import argparse
import getpass
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Sequence

from . import heat, records
from .arguments import PARTS, parser
from .bundle import BundleError
from .channel import UpdateRefused
from .client import Client, Heatmaps, NotPossible
from .files import write_atomically
from .http import ServerError
from .photo import PhotoError
from .scorer import Grading, RuntimeMissing
from .table import grading_table, history_table

CONSENT = "This sends the square that was graded; the server holds it encrypted for at most 10 minutes."
ADOPT = "There is a history without an account on this device."
NOTE_LENGTH = 4000  # characters, the server's limit
KEEP = "Your recovery code, the only way back without your password: write it down, it is not shown again."
REFUSALS = (BundleError, NotPossible, PhotoError, RuntimeMissing, ServerError, UpdateRefused)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 2 with a sentence when not."""
    args = parser(__doc__ or "").parse_args(argv)
    try:
        client = Client(args.bundle, args.home, args.server)
        return COMMANDS[args.command](client, args)
    except REFUSALS as error:
        print(f"skinscore: {error}", file=sys.stderr)
    except (OSError, sqlite3.Error) as error:
        print(f"skinscore: cannot read or write: {error}; what was saved before is safe", file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("skinscore: stopped; what was saved before is safe", file=sys.stderr)
    return 2


def score(client: Client, args: argparse.Namespace) -> int:
    grading, record = client.score(args.photo, PARTS.index(args.part), save=not args.no_save)
    scales = heat.scales(client.bundle.data)
    if args.heat_dir:
        for one, scale in zip(grading.attributes, scales, strict=True):
            write_atomically(args.heat_dir / f"{one.key}.png", heat.layer(one.heat, scale))
    if args.json:
        extra = {"input_sha256": grading.input_sha256, "quality": grading.quality, "advice": grading.advice}
        print(json.dumps({"record": record, "ranges": ranges(grading), **extra}, ensure_ascii=False))
    else:
        print(grading_table(grading, client.bundle))
    return 0


def ranges(grading: Grading) -> dict[str, list[int]]:
    """Lowest and highest plausible grade of each attribute."""
    return {one.key: [one.low, one.high] for one in grading.attributes}


def sign_in(client: Client, args: argparse.Namespace) -> int:
    code = (args.code or input("Recovery code: ")) if args.command == "recover" else None
    password = args.password or os.environ.get("SKINSCORE_PASSWORD") or getpass.getpass()
    adopt = args.adopt or (client.has_guest_history() and _agreed(f"{ADOPT} Take it into {args.email}?"))
    if next_code := client.sign_in(args.command, args.email, password, platform.node(), adopt, code):
        print(f"{KEEP}\n\n    {next_code}\n")
    print(f"signed in as {args.email}; `sync` brings your history together")
    return 0


def logout(client: Client, args: argparse.Namespace) -> int:
    told = client.sign_out()
    print("signed out; the history stays on this device" + ("" if told else " (the server could not be told)"))
    return 0


def sync(client: Client, args: argparse.Namespace) -> int:
    outcome = client.sync()
    print(f"pushed {outcome.pushed}, pulled {outcome.pulled}, refused {outcome.refused}")
    if not outcome.complete:
        print("skinscore: both sides do not hold the same yet: sync again", file=sys.stderr)
    return 0 if outcome.complete else 2


def heatmap(client: Client, args: argparse.Namespace) -> int:
    grading, _ = client.score(args.photo, PARTS.index(args.part), save=False)
    found = explained(client, grading, args.consent)
    for key, one in found.result["attributes"].items():
        share = one["area_share_e4"] / 100
        print(f"{key:14} grade {one['grade']}, the sign covers {share:.0f} % of the square")
    if args.heat_dir:
        for key, layer in found.layers.items():
            write_atomically(args.heat_dir / f"{key}.server.png", layer)
    return 0


def explained(client: Client, grading: Grading, consent: bool) -> Heatmaps:
    """The server's maps; asks for the consent that they need, unless it was given."""
    try:
        if consent:
            client.consent(heatmap=True)
        return client.heatmaps(grading)
    except ServerError as error:
        if error.slug != "consent-required":
            raise
    if not _agreed(f"{CONSENT} Send it?"):
        raise ServerError("consent-required", f"{CONSENT} Add --consent to agree.")
    client.consent(heatmap=True)
    return client.heatmaps(grading)


def history(client: Client, args: argparse.Namespace) -> int:
    scores = client.history()
    if args.json:
        live = client.store.live()
        extra = {"count": len(live), "xor": records.fold(live), "unsent": client.store.unsent_count()}
        print(json.dumps({"scores": scores, "notes": client.notes(), **extra}, ensure_ascii=False))
    else:
        print(history_table(scores, client.notes()))
        if waiting := client.store.unsent_count():
            print(f"{waiting} not synced yet")
    return 0


def note(client: Client, args: argparse.Namespace) -> int:
    _require(client, args.id)
    if len(args.text) > NOTE_LENGTH:
        raise NotPossible(f"a note has at most {NOTE_LENGTH} characters; this one has {len(args.text)}")
    client.store.add(records.note_record(args.id, args.text))
    return 0


def delete(client: Client, args: argparse.Namespace) -> int:
    _require(client, args.id)
    client.store.delete(args.id)
    print("deleted here; the next sync deletes it everywhere")
    return 0


def update(client: Client, args: argparse.Namespace) -> int:
    print(client.update().sentence)
    return 0


def _agreed(question: str) -> bool:
    """Whether a person at the keyboard says yes; nobody there means no."""
    return sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() == "y"


def _require(client: Client, record_id: str) -> None:
    if client.store.get(record_id) is None:
        raise NotPossible(f"there is no record {record_id}: see `history`")


COMMANDS = {
    "score": score,
    "register": sign_in,
    "login": sign_in,
    "recover": sign_in,
    "logout": logout,
    "sync": sync,
    "heatmap": heatmap,
    "history": history,
    "note": note,
    "delete": delete,
    "update": update,
}

if __name__ == "__main__":
    sys.exit(main())
