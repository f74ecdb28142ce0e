"""Fixtures of all rooms: databases for the API, small bundles, and what the application answered in this run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import request_finished

from tests.answers import Answers
from tests.postgres import Cluster, Missing
from tests.surroundings import missing

ANSWERS, PART = pytest.StashKey[Answers](), pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """For whoever changes a route and runs the tests of the API alone."""
    parser.addoption("--all-answers", action="store_true", help="judge unseen answers although not all tests are run")


def pytest_configure(config: pytest.Config) -> None:
    """Listen to all that the application answers in this process."""
    config.stash[ANSWERS] = Answers()
    config.stash[PART] = config.args != config.getini("testpaths")
    request_finished.connect(config.stash[ANSWERS].hear, weak=False)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Whatever left tests out (-k, -m, --lf), this is not the whole suite any more."""
    for item in items[:1]:
        item.config.stash[PART] = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests about the whole run come last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture
def answers(pytestconfig: pytest.Config) -> Answers:
    """What the application answered so far in this run."""
    return pytestconfig.stash[ANSWERS]


@pytest.fixture
def whole_suite(pytestconfig: pytest.Config) -> None:
    """Skips unless every test of the suite was asked for."""
    if pytestconfig.stash[PART] and not pytestconfig.getoption("--all-answers"):
        pytest.skip("only a part of the suite is run (--all-answers judges all the same)")


@pytest.fixture(autouse=True)
def only_described_answers(pytestconfig: pytest.Config) -> Iterator[None]:
    """A test in which the application answers what no description says fails."""
    yield
    answers = pytestconfig.stash[ANSWERS]
    undescribed = answers.undescribed()
    answers.seen &= answers.described  # told once, not by every test from here on
    assert not undescribed, f"the route's `responses` do not name: {', '.join(undescribed)}"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server; skipped with its reason where there is none, which CI does not accept."""
    try:
        running = Cluster()
    except Missing as reason:
        missing(str(reason))
    yield running
    running.close()


@pytest.fixture
def database_url(request, tmp_path: Path) -> str:
    """An empty SQLite file, or what the test's parameter names."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return request.getfixturevalue("cluster").database()
    return f"sqlite:///{tmp_path / 'api.db'}"


@pytest.fixture(scope="session")
def small_bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Signed bundles of sequences 1 to 3 with models that run; a test that changes one copies it."""
    from tests.client import small_bundle  # with it comes torch, which most rooms do without

    folder = tmp_path_factory.mktemp("small_bundles")
    return {n: small_bundle.write(folder / str(n), n) for n in (1, 2, 3)}
