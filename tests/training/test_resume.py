"""A run goes on under the settings that it was begun with; those of its pace and course may change."""

import math
from types import SimpleNamespace

import pytest
import torch

from tests.training.helpers import noise_photos
from training import config, material, train, trainer
from training.batches import Batches
from training.losses import masked_loss
from training.model import SkinNet
from training.recipe import Recipe
from training.resume import insist_on_same
from training.run_folder import LAST, RunFolder
from training.saving import RunError
from training.stages import Stage
from training.trainer import Trainer

OTHER = {
    "data": ["--data", "mine"],
    "synthetic": ["--synthetic", "40"],
    "balanced": ["--no-balanced"],
    "size": ["--size", "96"],
    "held_out": ["--held-out", "0.2"],
    "only": ["--only", "oil"],
    "augmentation": ["--augmentation", "HorizontalFlip"],
    "maps": ["--no-maps"],
    "sampler": ["--sampler", "balanced"],
    "backbone": ["--backbone", "resnet18"],
    "normalised_by": ["--normalised-by", "dataset"],
    "pretrained": ["--pretrained", "hub"],
    "init": ["--init", "first"],
    "drop_rate": ["--drop-rate", "0.3"],
    "loss": ["--loss", "focal"],
    "batch": ["--batch", "16"],
    "weight_decay": ["--weight-decay", "0.1"],
    "attention": ["--attention", "1"],
    "select": ["--select", "accuracy"],
    "seed": ["--seed", "7"],
}
FREE = {
    "stages": ["--stages", "32:4000"],
    "learning_rate": ["--learning-rate", "1e-4"],
    "schedule": ["--schedule", "constant"],
    "warm_up": ["--warm-up", "500"],
    "averaging": ["--averaging", "0.9"],
    "clip": ["--clip", "1"],
    "settle": ["--settle", "0.2"],
    "precision": ["--precision", "bf16"],
    "workers": ["--workers", "2"],
    "every": ["--every", "50"],
    "save_every": ["--save-every", "9"],
    "patience": ["--patience", "3"],
    "mlflow": ["--mlflow"],
}


def settings(folder, *flags):
    return config.resolve(config.parser("train", None), ["--out", str(folder), *flags])


@pytest.fixture
def begun(tmp_path):
    """A folder of a run with the default settings."""
    config.save(settings(tmp_path))
    (tmp_path / LAST).write_bytes(b"a state")
    return tmp_path


def test_every_setting_is_judged_or_free():
    assert OTHER.keys() | FREE.keys() | {"out", "config"} == set(vars(settings("run")))


def test_the_same_settings_go_on(begun):
    insist_on_same(settings(begun))


@pytest.mark.parametrize("name", OTHER)
def test_a_run_does_not_go_on_as_another(begun, name):
    with pytest.raises(RunError, match=f"begun with .*--{name.replace('_', '-')}.*another --out"):
        insist_on_same(settings(begun, *OTHER[name]))


@pytest.mark.parametrize("name", FREE)
def test_a_run_may_go_on_at_another_pace(begun, name):
    insist_on_same(settings(begun, *FREE[name]))


def test_the_sentence_says_how_the_run_was_begun(tmp_path):
    config.save(settings(tmp_path, "--data", "skin", "--seed", "3"))
    (tmp_path / LAST).touch()
    with pytest.raises(RunError, match="--data=skin, --seed=3: give that again"):
        insist_on_same(settings(tmp_path, "--seed", "4"))


def test_a_folder_named_in_another_way_is_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config.save(settings(tmp_path, "--data", "skin"))
    (tmp_path / LAST).touch()
    insist_on_same(settings(tmp_path, "--data", str(tmp_path / "skin")))


def test_settings_that_an_older_version_did_not_record_are_not_judged(begun):
    (begun / config.RESOLVED).write_text("seed: 1\nold: 3\n")
    insist_on_same(settings(begun, "--attention", "1"))
    with pytest.raises(RunError, match="--seed=1"):
        insist_on_same(settings(begun, "--seed", "2"))


def test_a_folder_without_a_state_is_a_new_run(begun):
    (begun / LAST).unlink()
    insist_on_same(settings(begun, "--seed", "7"))


def test_a_refused_run_reads_no_photos_and_keeps_its_record(begun, monkeypatch, capsys):
    monkeypatch.setattr(material, "load_or_render", lambda *_: pytest.fail("photos were rendered first"))
    before = (begun / config.RESOLVED).read_bytes()
    assert train.main(["--out", str(begun), "--seed", "7"]) == 2
    assert "--seed=1" in capsys.readouterr().err and (begun / config.RESOLVED).read_bytes() == before


def test_settings_of_another_network_are_not_recorded(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    RunFolder(tmp_path / "run").write({"student": SkinNet("resnet18").state_dict()})
    flags = ["--synthetic", "24", "--size", "56", "--stages", "32:8", "--batch", "4"]
    assert train.main(["--out", "run", *flags]) == 2
    assert "another network" in capsys.readouterr().err and not (tmp_path / "run" / config.RESOLVED).exists()


WHOLE = Stage(32, 40)


def trainer_of(folder, photos, batch=4, last=WHOLE):
    torch.manual_seed(0)
    recipe = Recipe((last,), batch=batch, warm_up=1)
    return Trainer(SkinNet(), masked_loss, Batches(photos, batch, 0), recipe, folder)


def test_the_seconds_of_a_run_are_those_of_all_its_sessions(tmp_path, monkeypatch):
    clock = iter(range(0, 10_000, 100))
    monkeypatch.setattr(trainer, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    first = trainer_of(tmp_path, noise_photos())
    first.save()
    assert trainer_of(tmp_path, noise_photos()).seconds == 100 + 100 and first.seconds == 400


def test_a_state_of_an_older_version_goes_on(tmp_path):
    begun = trainer_of(tmp_path, noise_photos())
    begun.step, begun.best_score, begun.stale = 3, 0.5, 2
    begun.save()
    state = torch.load(tmp_path / LAST, weights_only=True)
    for name in ("seconds", "learned", "judged"):
        del state[name]
    begun.folder.write(state)
    found = trainer_of(tmp_path, noise_photos())
    assert (found.step, found.best_score, found.stale) == (3, 0.5, 2)


def test_a_run_does_not_go_on_with_a_photo_more(tmp_path):
    trainer_of(tmp_path, noise_photos(12)).save()
    trainer_of(tmp_path, noise_photos(12))
    with pytest.raises(RunError, match="photos, people or labels .* another --out"):
        trainer_of(tmp_path, noise_photos(13))


@pytest.mark.parametrize(("column", "place"), [("labels", (3, 2)), ("people", 3)])
def test_a_run_does_not_go_on_with_a_label_or_a_person_changed(tmp_path, column, place):
    photos = noise_photos()
    trainer_of(tmp_path, photos).save()
    getattr(photos, column)[place] += 1
    with pytest.raises(RunError, match="people or labels"):
        trainer_of(tmp_path, photos)


@pytest.mark.parametrize(
    ("last", "kept"),
    [(WHOLE, (0.5, 2)), (Stage(64, 40), (-math.inf, 0)), (Stage(32, 40, True), (-math.inf, 0))],
    ids=["the same", "a larger", "beside windows the whole"],
)
def test_scores_at_another_side_are_not_compared_with_those_of_before(tmp_path, last, kept):
    begun = trainer_of(tmp_path, noise_photos(size=64))
    begun.best_score, begun.stale = 0.5, 2
    begun.save()
    found = trainer_of(tmp_path, noise_photos(size=64), last=last)
    assert (found.best_score, found.stale) == kept


def test_whole_photos_after_windows_have_the_side_of_those_beside_them(tmp_path):
    begun = trainer_of(tmp_path, noise_photos(size=64), last=Stage(32, 40, True))
    begun.best_score = 0.5
    begun.save()
    assert trainer_of(tmp_path, noise_photos(size=64), last=Stage(64, 40)).best_score == 0.5


def test_a_set_smaller_than_a_batch_shows_the_images_that_the_log_tells(tmp_path):
    small = trainer_of(tmp_path, noise_photos(10), batch=32)
    shown = []
    small.train_step = lambda batch: shown.append(len(batch.images)) or setattr(small, "step", small.step + 1) or 0.0
    small.run(lambda net: 0.0, every=2, save_every=100)
    assert sum(shown) == 40 and [row["images"] for row in small.folder.rows()] == ["20", "40"]
