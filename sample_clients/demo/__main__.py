"""The product end to end on one photo.

    make demo                                   # a rendered sample photo
    make demo PHOTO=selfie.jpg PORT=8001 ONCE=1

Grades the photo offline, starts the API, syncs the score to a second device, asks for heatmaps, writes
demo/report.html, and keeps the API and the report at http://127.0.0.1:8000 until Ctrl-C.
"""

import argparse
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sample_clients.demo.report import Reported, render_report
from sample_clients.demo.server import ServerDied, running_server
from sample_clients.python import ids, records
from sample_clients.python.bundle import BundleError
from sample_clients.python.client import Client
from sample_clients.python.files import write_atomically
from sample_clients.python.http import ServerError
from sample_clients.python.photo import PhotoError
from sample_clients.python.scorer import RuntimeMissing
from sample_clients.python.table import grading_table

BUNDLE = Path("mobile_export/reference")
SAMPLE = {"seed": "5", "tone": "2", "grades": "oil=3,hydration=1,wrinkle=3,pigmentation=3,sensitivity=3"}
PASSWORD = "a throw-away account"
CHEEK = 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo; 0 when it ends as asked, 2 with a sentence when it cannot run."""
    p = argparse.ArgumentParser(
        "python -m sample_clients.demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--photo", type=Path, help="JPEG, PNG, WebP or HEIC (default: a rendered sample)")
    p.add_argument("--port", type=int, default=8000)
    p.add_argument("--once", action="store_true", help="leave when the report is written")
    p.add_argument("--out", type=Path, default=Path("demo"))
    args = p.parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: the server is stopped too
    try:
        run(args)
    except KeyboardInterrupt:
        print("\nstopped")
    except (BundleError, PhotoError, RuntimeMissing, ServerError, ServerDied) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except (OSError, sqlite3.Error, subprocess.CalledProcessError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    return 0


def run(args: argparse.Namespace) -> None:
    """All four steps, in a scratch folder that is gone afterwards."""
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.out, prefix=".scratch-") as folder:
        scratch = Path(folder)
        photo = args.photo or sample_photo(args.out / "photo.png")
        phone = Client(BUNDLE, scratch / "phone", f"http://127.0.0.1:{args.port}")
        started = time.perf_counter()
        grading, record = phone.score(photo, CHEEK)
        print(f"1. Graded {photo} offline in {time.perf_counter() - started:.1f} s (loading the model included)\n")
        print(grading_table(grading, phone.bundle), end="\n\n")
        site = scratch / "site"
        site.mkdir()
        with running_server(args.port, scratch, site) as (url, server):
            sync_two_devices(phone, Client(BUNDLE, scratch / "second", url))
            phone.consent(heatmap=1)
            found = phone.heatmaps(grading)
            same = found.result["input_sha256"] == grading.input_sha256
            print(f"3. Heatmaps from the server; it saw {'the same' if same else 'OTHER'} input bytes as the phone")
            page = render_report(Reported(grading, phone.bundle.data, found, phone.history(), args.photo is None))
            write_atomically(args.out / "report.html", page)
            shutil.copyfile(args.out / "report.html", site / "index.html")
            print(f"   Report: {args.out / 'report.html'}")
            if not args.once:
                print(
                    f"4. The report and the API are at {url} (API description: {url}/docs); Ctrl-C ends it", flush=True
                )
                server.wait()


def sample_photo(path: Path) -> Path:
    """Render a sample skin photo."""
    options = [word for name, value in SAMPLE.items() for word in (f"--{name}", value)]
    command = [sys.executable, "-m", "training.phantom", "--out", str(path), "--one", *options]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return path


def sync_two_devices(phone: Client, second: Client) -> None:
    """Push from the phone, pull on another device, and show that both hold the same."""
    email = f"demo-{ids.uuid7()}@example.org"
    phone.sign_in("register", email, PASSWORD, "phone", adopt=True, consents={"sync": 1})
    pushed = phone.sync()
    second.sign_in("login", email, PASSWORD, "second device", adopt=False)
    second.sync()
    here, there = phone.store.live(), second.store.live()
    if records.fold(here) != records.fold(there) or len(here) != len(there):
        raise ServerError("lost", "the second device holds another history than the phone")
    print(
        f"2. Synced: {pushed.pushed} score pushed; both devices hold {len(there)} record(s), xor {records.fold(there)}"
    )


if __name__ == "__main__":
    sys.exit(main())
