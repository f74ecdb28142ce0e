"""The client on the command line.

    python -m sample_clients.python score selfie.jpg --part cheek --heat-dir maps
    python -m sample_clients.python register me@example.org        # or login, or recover; asks for the password
    python -m sample_clients.python sync --consent
    python -m sample_clients.python heatmap selfie.jpg --consent --heat-dir maps
    python -m sample_clients.python history
    python -m sample_clients.python update

Grading and history work without a network and without an account. `--consent` agrees to what the command needs; left
out, the text is shown and asked about.
"""

import sqlite3
import sys
from collections.abc import Sequence

from . import offline, online
from .arguments import parser
from .bundle import BundleError
from .channel import UpdateRefused
from .client import Client, NotPossible
from .http import ServerError
from .photo import PhotoError
from .scorer import RuntimeMissing

REFUSALS = (BundleError, NotPossible, PhotoError, RuntimeMissing, ServerError, UpdateRefused)
COMMANDS = {
    "score": offline.score,
    "register": online.sign_in,
    "login": online.sign_in,
    "recover": online.sign_in,
    "logout": online.logout,
    "sync": online.sync,
    "heatmap": online.heatmap,
    "history": offline.history,
    "note": offline.note,
    "delete": offline.delete,
    "update": online.update,
    "erase": offline.erase,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 2 with a sentence when not."""
    args = parser(__doc__ or "").parse_args(argv)
    try:
        client = Client(args.bundle, args.home, args.server, args.trusted_keys)
        return COMMANDS[args.command](client, args)
    except REFUSALS as error:
        print(f"skinscore: {error}", file=sys.stderr)
    except (OSError, sqlite3.Error) as error:
        print(f"skinscore: cannot read or write: {error}; what was saved before is safe", file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("skinscore: stopped; what was saved before is safe", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
