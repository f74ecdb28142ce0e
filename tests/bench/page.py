"""Whether a page of a long history costs more than one of a short one, in steps of SQLite's virtual machine.

    python -m tests.bench.page --rows 2000000 --json -     # half a minute, 400 MB of disk

Status 0 only when the pages take equally many steps.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api import cursors, database, history
from api.tables import Account, SyncHead

SHORT, PAGE = 10_000, 100
KEY = "k" * 32


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when length costs nothing."""
    p = argparse.ArgumentParser(
        "python -m tests.bench.page", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--rows", type=int, default=2_000_000, help="records of the long history")
    p.add_argument("--json", choices=["-"], help="print one JSON object")
    args = p.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        found = {str(rows): measured(Path(folder), rows) for rows in (SHORT, args.rows)}
    first, second = found.values()
    figures: dict[str, Any] = {"steps": found, "equal": first == second}
    print(json.dumps(figures) if args.json else f"steps of a page: {found}", file=sys.stdout)
    return 0 if figures["equal"] else 1


def measured(folder: Path, rows: int) -> dict[str, int]:
    """Steps of the first page, of one in the middle and of the last one."""
    account = filled(f"sqlite:///{folder / str(rows)}.db", rows)
    try:
        places = {"first": 0, "middle": rows // 2, "last": rows - PAGE}
        return {name: steps(account, cursors.encode("e", seq, KEY)) for name, seq in places.items()}
    finally:
        database.database.close()


def filled(url: str, rows: int) -> Account:
    """An account with that many records."""
    database.open_database(url)
    account = Account.create(id="a", email="a", password_hash="", created_at=0)
    SyncHead.create(account=account, epoch="e", seq=rows, count=rows)
    made = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    row = "INSERT INTO record SELECT 'a', printf('%036d', i), i, 0, '', '{}', 0 FROM n"
    database.database.execute_sql(made + row, (rows,))
    return account


def steps(account: Account, cursor: str) -> int:
    """Steps of one page."""
    counted: list[int] = []
    connection = database.database.connection()
    connection.set_progress_handler(lambda: counted.append(1), 1)
    page = history.pull(account, cursor, PAGE, KEY)
    connection.set_progress_handler(None, 0)
    if page.text is None or page.text.count('"record"') != PAGE:
        raise RuntimeError("that was no whole page")
    return len(counted)


if __name__ == "__main__":
    sys.exit(main())
