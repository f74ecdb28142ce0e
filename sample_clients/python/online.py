"""Commands that talk to the server: sign in and out, sync, heatmaps, a newer model. What needs a consent asks."""

import argparse
import getpass
import os
import platform
import sys
from collections.abc import Callable
from typing import TypeVar

from .arguments import PARTS
from .client import Client
from .files import write_atomically
from .http import ServerError
from .questions import says_yes

ADOPT = "There is a history without an account on this device."
KEEP = "Your recovery code, the only way back without your password: write it down, it is not shown again."
Done = TypeVar("Done")


def sign_in(client: Client, args: argparse.Namespace) -> int:
    code = (args.code or input("Recovery code: ")) if args.command == "recover" else None
    password = args.password or os.environ.get("SKINSCORE_PASSWORD") or getpass.getpass()
    adopt = args.adopt or (client.has_guest_history() and says_yes(f"{ADOPT} Take it into {args.email}?"))
    if next_code := client.sign_in(args.command, args.email, password, platform.node(), adopt, code):
        print(f"{KEEP}\n\n    {next_code}\n")
    print(f"signed in as {args.email}; `sync` brings your history together")
    return 0


def logout(client: Client, args: argparse.Namespace) -> int:
    told = client.sign_out()
    print("signed out; the history stays on this device" + ("" if told else " (the server could not be told)"))
    return 0


def sync(client: Client, args: argparse.Namespace) -> int:
    outcome = agreeing(client, "sync", args.consent, client.sync)
    print(f"pushed {outcome.pushed}, pulled {outcome.pulled}, refused {outcome.refused}")
    if not outcome.complete:
        print("skinscore: both sides do not hold the same yet: sync again", file=sys.stderr)
    return 0 if outcome.complete else 2


def heatmap(client: Client, args: argparse.Namespace) -> int:
    grading, _ = client.score(args.photo, PARTS.index(args.part), save=False)
    found = agreeing(client, "heatmap", args.consent, lambda: client.heatmaps(grading))
    if found.result.get("score_by_another_model") and (label := found.result.get("label")):
        print(f"skinscore: {label}", file=sys.stderr)
    for key, one in found.result["attributes"].items():
        share = one["area_share_e4"] / 100
        print(f"{key:14} grade {one['grade']}, the sign covers {share:.0f} % of the square")
    if args.heat_dir:
        for key, layer in found.layers.items():
            write_atomically(args.heat_dir / f"{key}.server.png", layer)
    return 0


def update(client: Client, args: argparse.Namespace) -> int:
    print(client.update().sentence)
    return 0


def agreeing(client: Client, purpose: str, agreed: bool, act: Callable[[], Done]) -> Done:
    """Do what needs a consent; where it is missing, show the server's text, agree to that version if told to, go on."""
    try:
        return act()
    except ServerError as error:
        if error.slug != "consent-required":
            raise
    version, text = client.consent_text(purpose)
    if not agreed and not says_yes(f"{text} Do you agree?"):
        raise ServerError("consent-required", f"{text} Add --consent to agree.")
    client.consent(**{purpose: version})
    return act()
