"""Updates, disturbed a few times. `python -m tests.faults.update` is the long run."""

import shutil

import pytest

from sample_clients.python.bundle import BundleError
from tests.faults import update


@pytest.fixture(scope="module")
def stage():
    with update.stage() as one:
        yield one


@pytest.mark.parametrize("kind", update.KINDS)
def test_a_disturbed_update_leaves_a_working_model_and_comes_to_its_end(stage, kind):
    assert stage.play(kind, update.OLD)[1] == []


def test_an_install_without_a_working_model_is_noticed(stage, tmp_path):
    device = stage.starts[update.SHIPPED].as_new(tmp_path / "home")
    device.shipped = tmp_path / "shipped"
    shutil.copytree(stage.folder / str(update.SHIPPED), device.shipped)
    (device.shipped / update.MODEL).write_bytes(b"damaged")
    with pytest.raises(BundleError):
        device.works()


def test_a_model_file_that_is_not_whole_is_noticed(stage, tmp_path):
    device = stage.starts[update.OLD].as_new(tmp_path / "home")
    assert device.damaged() == []
    (held,) = (device.home / "models").glob("[!.]*")
    (held / update.MODEL).write_bytes(b"half of it")
    assert device.damaged() == [held.name]
