"""A page costs the same however long the history is: counted in steps of SQLite's virtual machine, not in time."""

from api import database, history
from api.tables import Account, Record, SyncHead

STEPS = 50  # counted at a time


def filled(url: str, rows: int) -> Account:
    """An account with that many records."""
    database.open_database(url)
    account = Account.create(id="a", email="a", password_hash="", created_at=0)
    SyncHead.create(account=account, epoch="e", seq=rows)
    made = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    row = "INSERT INTO record SELECT 'a', printf('%036d', i), i, 0, '', '{}', 0 FROM n"
    database.database.execute_sql(made + row, (rows,))
    return account


def steps(account: Account) -> int:
    """Of the first page, a page in the middle having the same plan."""
    counted = []
    connection = database.database.connection()
    connection.set_progress_handler(lambda: counted.append(1), STEPS)
    page = history.pull(account, None, 100, "k" * 32, set())
    connection.set_progress_handler(None, 0)
    assert page.text and page.text.count('"record"') == 100
    return len(counted)


def test_a_page_of_a_long_history_takes_no_more_steps_than_one_of_a_short_history(tmp_path):
    found = []
    for number in (500, 50_000):
        account = filled(f"sqlite:///{tmp_path / str(number)}.db", number)
        found.append(steps(account))
        assert Record.select().count() == number
        database.database.close()
    assert found[0] == found[1] > 0
