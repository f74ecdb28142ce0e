"""Histories made up by chance end alike everywhere. Few here; `make test-deep` makes up 500 of 50 steps.

DEEP=1 python -m pytest tests/faults/test_stateful.py
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from api import filing
from tests.faults.machine import Histories

DEEP = os.environ.get("DEEP") == "1"
SETTINGS = settings(
    max_examples=500 if DEEP else 20,
    stateful_step_count=50 if DEEP else 30,
    derandomize=not DEEP,  # chance finds more, but a test that everybody runs has to say the same every time
    phases=list(Phase) if DEEP else [Phase.generate],  # making a failing history shorter takes minutes
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_all_devices_come_to_the_same_history():
    run_state_machine_as_test(Histories, settings=SETTINGS)


def test_all_devices_come_to_the_same_history_on_postgresql(cluster):
    class OnPostgres(Histories):
        new_database = staticmethod(lambda folder: cluster.database())

    run_state_machine_as_test(OnPostgres, settings=SETTINGS)


def test_a_server_that_forgets_tombstones_is_found_out(monkeypatch):
    monkeypatch.setattr(filing.Filing, "delete", lambda self, i: {"id": i, "verdict": "deleted", "seq": self.head.seq})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Histories, settings=SETTINGS)
