"""The Android client as Maven builds it, and its core as a process that does what it is told."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.android.accounts import PASSWORD, SYNC
from tests.android.build import Build, lacking
from tests.android.driver import Driver, Phone, compiled
from tests.relay import Relay, relay
from tests.servers import WebProcess, web_process
from tests.surroundings import missing

BUILT = pytest.StashKey[Build]()


@pytest.fixture(scope="session")
def programs() -> None:
    """Java, Maven and npm; skipped with a reason where one is missing, failed in CI."""
    if reason := lacking():
        missing(reason)


@pytest.fixture(scope="session")
def build(programs: None, pytestconfig: pytest.Config) -> Build:
    """Everything compiled and its own tests run, once."""
    pytestconfig.stash[BUILT] = Build()
    return pytestconfig.stash[BUILT]


@pytest.fixture(scope="session")
def core(programs: None, pytestconfig: pytest.Config) -> None:
    """The core and its tests compiled, by the whole build where that ran already."""
    if BUILT not in pytestconfig.stash:
        assert (fault := compiled()) is None, fault


@pytest.fixture(scope="module")
def driver(core: None) -> Iterator[Driver]:
    """A process with phones, ended afterwards."""
    one = Driver()
    yield one
    one.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    """A running web process with an empty database."""
    folder = tmp_path_factory.mktemp("server")
    with web_process(folder, f"sqlite:///{folder / 'api.db'}") as one:
        yield one


@pytest.fixture
def wire(server: WebProcess) -> Iterator[Relay]:
    """A relay to it, which loses answers."""
    with relay(server.port) as one:
        yield one


@pytest.fixture
def email() -> str:
    """Nobody has it yet."""
    return f"{uuid.uuid4().hex}@example.org"


@pytest.fixture
def phone(driver: Driver, wire: Relay, tmp_path: Path, email: str) -> Phone:
    """A phone that is signed in to a new account."""
    one = Phone(driver, tmp_path / "phone", wire.url)
    assert one.do("sign_in", how="register", email=email, password=PASSWORD, device="phone", **SYNC)
    return one


@pytest.fixture
def tablet(phone: Phone, driver: Driver, wire: Relay, tmp_path: Path, email: str) -> Phone:
    """Another device of the same account."""
    one = Phone(driver, tmp_path / "tablet", wire.url)
    assert one.do("sign_in", how="login", email=email, password=PASSWORD, device="tablet") is None
    return one
