"""What the command line understands."""

import argparse
import os
from pathlib import Path

from .bundle import TRUSTED_KEYS

PARTS = ("cheek", "forehead", "centre", "chin")
SIGN_IN = {
    "register": "make an account; shows its recovery code, once",
    "login": "sign this device in",
    "recover": "set a new password with the recovery code; shows the next one",
}


def parser(description: str) -> argparse.ArgumentParser:
    """All commands."""
    p = argparse.ArgumentParser(
        "python -m sample_clients.python", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    home = os.environ.get("SKINSCORE_HOME", "~/.local/share/skinscore")
    p.add_argument("--bundle", type=Path, default=Path("mobile_export/reference"), help="folder of the signed bundle")
    p.add_argument("--trusted-keys", type=Path, default=TRUSTED_KEYS, help="public keys, as `sign keygen` prints them")
    p.add_argument("--home", type=Path, default=Path(home).expanduser(), help=f"where the history lives ({home})")
    p.add_argument("--server", default="http://127.0.0.1:8000")
    commands = p.add_subparsers(dest="command", required=True)
    score = commands.add_parser("score", help="grade a photo offline and keep the score")
    score.add_argument("--no-save", action="store_true", help="do not keep the score")
    heatmap = commands.add_parser("heatmap", help="ask the server for finer maps of a photo")
    for one in (score, heatmap):
        one.add_argument("photo", type=Path)
        one.add_argument("--part", choices=PARTS, default="cheek")
        one.add_argument("--heat-dir", type=Path, help="write the maps there as PNG")
    for name, does in SIGN_IN.items():
        one = commands.add_parser(name, help=does)
        one.add_argument("email")
        one.add_argument("--password", help="asked for when left out; SKINSCORE_PASSWORD works too")
        one.add_argument("--adopt", action="store_true", help="take the history made without an account along")
        if name == "recover":
            one.add_argument("--code", help="the recovery code; asked for when left out")
    commands.add_parser("logout", help="end this device's login; the history stays")
    sync = commands.add_parser("sync", help="push and pull")
    for one in (sync, heatmap):
        one.add_argument("--consent", action="store_true", help="agree to the text that the server asks for it")
    history = commands.add_parser("history", help="all scores")
    note = commands.add_parser("note", help="write a note on a score; empty text takes it away")
    note.add_argument("id")
    note.add_argument("text")
    commands.add_parser("update", help="take a newer model if the server's channel offers one")
    commands.add_parser("delete", help="delete a record everywhere").add_argument("id")
    erase = commands.add_parser("erase", help="take account, login and history off this device")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    for one in (score, history):
        one.add_argument("--json", choices=["-"], help="print one JSON object")
    return p
