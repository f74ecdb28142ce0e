"""A worker follows what is published: it ends for a newer model, and says what it lacks."""

import dataclasses
import sys
from types import SimpleNamespace

import pytest

from api import worker
from api.config import ConfigError
from api.models import held


def test_a_worker_ends_when_another_bundle_is_current(run, bundles, place, config):
    run("publish", bundles[1])
    settings = dataclasses.replace(config, model_dir=place)
    loaded = held.current(place).data
    assert not worker.replaced(settings, loaded)
    run("publish", bundles[2])
    assert worker.replaced(settings, loaded)


def test_a_worker_does_not_list_the_models_at_every_turn(monkeypatch):
    looks, now = [], [100.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    left_behind = worker.Seldom(lambda: bool(looks.append(now[0])) or len(looks) > 1)
    assert [left_behind() for _ in range(9)] == [False] * 9 and len(looks) == 1
    now[0] += worker.LOOK_SECONDS
    assert [left_behind() for _ in range(9)] == [True] * 9 and len(looks) == 2


def test_a_worker_whose_bundle_goes_while_it_loads_takes_the_next_one(run, bundles, place, config, monkeypatch):
    def load(folder, bundle):
        if bundle["sequence"] == 1:
            run("publish", bundles[2])
            raise FileNotFoundError(folder)
        return bundle

    run("publish", bundles[1])
    monkeypatch.setitem(sys.modules, "api.explain", SimpleNamespace(Explainer=load))
    assert worker.prepare(dataclasses.replace(config, model_dir=place))["sequence"] == 2


def test_a_worker_whose_bundle_lacks_a_file_says_so(run, bundles, place, config, monkeypatch):
    def load(folder, bundle):
        raise FileNotFoundError(folder)

    run("publish", bundles[1])
    monkeypatch.setitem(sys.modules, "api.explain", SimpleNamespace(Explainer=load))
    with pytest.raises(ConfigError):
        worker.prepare(dataclasses.replace(config, model_dir=place))
