"""The Kotlin and the Python client, one account, one real server, 500 steps made up by chance."""

import pytest

from tests.android.conversation import conversed


@pytest.mark.usefixtures("core")
def test_a_kotlin_and_a_python_device_come_to_the_same_history_after_500_steps():
    figures = conversed(seed=1, steps=500)
    print(figures)
    assert figures["wrong"] == []
    happened = figures["happened"]
    assert all(
        happened[f"{side} {what}"] for side in ("kotlin", "python") for what in ("sync", "lose", "delete", "note")
    )
    assert happened["kotlin die"] and figures["records"] > 50
