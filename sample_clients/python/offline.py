"""Commands that need neither network nor account: grade, and look after the history on this device."""

import argparse
import json

from . import heat, records
from .arguments import PARTS
from .client import Client, NotPossible
from .files import write_atomically
from .questions import says_yes
from .scorer import Grading
from .table import grading_table, history_table

NOTE_LENGTH = 4000  # characters, the server's limit
ERASE = "This takes account, login and history off this device; what the server holds stays there."


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
    if not _is_unicode(args.text):
        raise NotPossible("the note holds bytes that are no text: write it in UTF-8")
    if len(args.text) > NOTE_LENGTH:
        raise NotPossible(f"a note has at most {NOTE_LENGTH} characters; this one has {len(args.text)}")
    client.store.add(records.note_record(args.id, args.text))
    return 0


def delete(client: Client, args: argparse.Namespace) -> int:
    _require(client, args.id)
    client.store.delete(args.id)
    print("deleted here; the next sync deletes it everywhere")
    return 0


def erase(client: Client, args: argparse.Namespace) -> int:
    waiting = client.store.unsent_count()
    warning = f"{ERASE} {waiting} not synced yet, and lost then." if waiting else ERASE
    if not args.yes and not says_yes(f"{warning} Go on?"):
        raise NotPossible(f"{warning} Add --yes to go on.")
    client.erase_here()
    print("erased here; sign in to any account, or go on without one")
    return 0


def _require(client: Client, record_id: str) -> None:
    if not _is_unicode(record_id) or client.store.get(record_id) is None:
        raise NotPossible(f"there is no record {record_id}: see `history`")


def _is_unicode(text: str) -> bool:
    """Whether it can be kept and sent: of bytes that are no UTF-8 in an argument Python makes halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
