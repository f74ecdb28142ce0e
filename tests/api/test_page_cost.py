"""A page costs the same however long the history is. `python -m tests.bench.page` asks this of two million records."""

from tests.bench import page


def test_a_page_of_a_long_history_takes_no_more_steps_than_one_of_a_short_history(tmp_path):
    short, long = (page.measured(tmp_path, rows) for rows in (500, 50_000))
    assert short == long and min(short.values()) > page.PAGE


def test_a_page_without_an_index_would_be_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(page.history, "ROWS", page.history.ROWS.replace("ORDER BY seq", "ORDER BY +seq"))
    short, long = (page.measured(tmp_path, rows) for rows in (500, 5_000))
    assert short != long
