"""The whole loop on a tiny set: photos, train, compare, export, sign, publish, and a running client takes the model.

    python -m sample_clients.demo.retrain          # or: make retrain

Every line that starts with `$` is a command as an engineer or an operator types it. The set is tiny, so that it ends
in minutes: it shows the way, and its model is worth no more than a demonstration. It learns on from the reference, so
that the export's gates are those that always hold. The phone's file is the fp32 one, unless `--int8` asks for
hundreds of steps of fine-tuning.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sample_clients.demo.__main__ import BUNDLE, CHEEK, PASSWORD, sample_photo
from sample_clients.demo.server import ServerDied, free_port, running_server
from sample_clients.demo.steps import Steps
from sample_clients.python import ids
from sample_clients.python.bundle import TRUSTED_KEYS, Refused
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError

CHECKPOINT = Path("training/reference")
DEFAULT = Path("runs/retrain")
SEED = 71  # of the new photos and of the training; the reference saw others
PHOTOS, COMPARED, CHECKED, STAGES = 160, 60, 100, "224:320"
KEY = "ops-demo"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the loop; 0 when the client grades with the new model, 2 with a sentence when a step fails."""
    p = argparse.ArgumentParser(
        "python -m sample_clients.demo.retrain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument(
        "--out", type=Path, default=DEFAULT, help=f"folder that is not there yet (default {DEFAULT}, made anew)"
    )
    p.add_argument("--int8", action="store_true", help="export the int8 file (hundreds of steps of fine-tuning)")
    args = p.parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: the server is stopped too
    try:
        make_anew(args.out)
        run(args.out, "xnnpack-int8" if args.int8 else "xnnpack-fp32")
    except KeyboardInterrupt:
        print("\nstopped")
        return 2
    except subprocess.CalledProcessError as error:
        print(f"retrain: {' '.join(error.cmd[1:4])} … ended with {error.returncode}; see above", file=sys.stderr)
        return 2
    except (Refused, ServerError, ServerDied, OSError, sqlite3.Error) as error:
        print(f"retrain: {error}", file=sys.stderr)
        return 2
    return 0


def make_anew(out: Path) -> None:
    """An empty folder; only what earlier runs left in the default one is removed. Raises `FileExistsError`."""
    if out == DEFAULT:
        shutil.rmtree(out, ignore_errors=True)
    try:
        out.mkdir(parents=True)
    except FileExistsError:
        raise FileExistsError(f"{out} is there already: remove it, or name another folder with --out") from None


def run(out: Path, file: str) -> None:
    """All steps, then a table of what each took."""
    os.environ["MODEL_DIR"] = str(out / "models")
    steps = Steps()
    with steps.timed("publish what apps have"):
        shutil.copytree(BUNDLE, out / "bundle", ignore=shutil.ignore_patterns("previous"))
        steps.command("mobile_export.sign", "keygen", KEY, "--out", out / "keys", into=out / "keys.json")
        trust_both(out / "keys.json")
        publish(steps, out)
    site = out / "site"
    site.mkdir()
    with running_server(free_port(), site, site) as (url, _):
        phone = Client(BUNDLE, out / "phone", url, out / "keys.json")
        photo = sample_photo(out / "photo.png")
        with steps.timed("a client grades"):
            email = f"{ids.uuid7()}@example.org"
            phone.sign_in("register", email, PASSWORD, "phone", adopt=False, consents={"sync": 1})
            before = graded(phone, photo)
        retrain(steps, out, file)
        with steps.timed("the client takes it"):
            print(phone.update().sentence)
            after = graded(phone, photo)
        tell(phone, before, after)
    print(steps.table())


def retrain(steps: Steps, out: Path, file: str) -> None:
    """From photos to a published model and its channel."""
    photos, run, bundle, key = out / "photos", out / "run", out / "bundle", out / "keys" / f"{KEY}.pem"
    with steps.timed("photos"):
        steps.command("training.phantom", "--out", photos, "--count", PHOTOS, "--seed", SEED)
    with steps.timed("train"):
        rate = ["--batch", 16, "--learning-rate", 1e-4, "--warm-up", 10, "--settle", 1, "--every", 10]
        start = ["--data", photos, "--init", CHECKPOINT, "--stages", STAGES, "--seed", SEED]
        steps.command("training.train", "--out", run, *start, *rate)
    with steps.timed("compare"):
        page = out / "compare.html"
        steps.command("training.compare", CHECKPOINT, run, "--synthetic", COMPARED, "--html", page)
    with steps.timed("export"):
        short = ["--formats", file, "--check-photos", CHECKED]
        steps.command(
            "mobile_export", "--checkpoint", run, "--out", bundle, "--calibration", photos, "--key", key, *short
        )
    with steps.timed("sign the channel"):
        steps.command("mobile_export.sign", "channel", bundle, "--key", key, "--rollout", 100)
    with steps.timed("publish"):
        publish(steps, out)


def publish(steps: Steps, out: Path) -> None:
    """The bundle in `out`, and the channel beside it."""
    steps.command("api.models", "publish", out / "bundle", "--trusted-keys", out / "keys.json")


def trust_both(keys: Path) -> None:
    """What an app holds that shipped with the reference: its key, and the new one for what comes later."""
    keys.write_text(json.dumps(json.loads(TRUSTED_KEYS.read_text("utf-8")) | json.loads(keys.read_text("utf-8"))))


def graded(phone: Client, photo: Path) -> dict[str, Any]:
    """A score of the photo, synced."""
    _, record = phone.score(photo, CHEEK)
    if not phone.sync().complete:
        raise ServerError("lost", "the phone and the server do not hold the same history")
    grades = ", ".join(f"{key} {one['grade']}" for key, one in record["attributes"].items())
    print(f"graded by {record['model']['name']} {record['model']['version']}: {grades}")
    return record


def tell(phone: Client, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whether the history says which model graded what. Raises `ServerError` when it does not."""
    changes = phone.trend("oil")["model_changes"]
    if after["model"]["sequence"] <= before["model"]["sequence"] or len(changes) != 1:
        raise ServerError("unchanged", "the next score does not carry the new model, or the trend does not mark it")
    old, new = changes[0]["from"]["version"], changes[0]["to"]["version"]
    print(f"the trend marks where {new} took over from {old}\n")


if __name__ == "__main__":
    sys.exit(main())
