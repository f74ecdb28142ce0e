"""A real server of models, an operator who publishes on it, and a phone whose app came with the committed model."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.android.driver import Driver, Phone
from tests.golden_photos import golden_photos
from tests.model_folder import REFERENCE, ModelFolder
from tests.relay import Relay, relay
from tests.serving import serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ModelFolder, int]]:
    """A folder of models, and the port of a server of it."""
    folder = tmp_path_factory.mktemp("models")
    models = ModelFolder(folder / "model")
    with serving(folder, models.path) as (url, _, _):
        yield models, int(url.rpartition(":")[2])


@pytest.fixture
def operator(served: tuple[ModelFolder, int]) -> Iterator[ModelFolder]:
    """Publishes models; afterwards the server has the committed one alone."""
    yield served[0]
    served[0].withdraw_all()


@pytest.fixture
def wire(served: tuple[ModelFolder, int]) -> Iterator[Relay]:
    """A relay to the server, which hears what is asked."""
    with relay(served[1]) as one:
        yield one


@pytest.fixture
def phone(driver: Driver, wire: Relay, tmp_path: Path) -> Iterator[Phone]:
    """Its scorer is ExecuTorch's own runtime, on the file that the phone holds."""
    one = Phone(driver, tmp_path / "phone", wire.url, REFERENCE)
    yield one
    one.close()


@pytest.fixture
def graded_by(phone: Phone, tmp_path: Path) -> Callable[[], int]:
    """The sequence of the model that grades a photo now."""
    photo = tmp_path / "photo.png"
    photo.write_bytes(golden_photos()[0])
    return lambda: phone.do("grade", photo=str(photo), part=0)["model"]["sequence"]
