"""The seed's tables: every row is a valid run, rows are measured, written and not trained twice."""

import json
from pathlib import Path

import pytest

from training import config, train
from training.ablate import __main__ as ablate
from training.ablate import runs
from training.ablate.results import Measured, student_interval, table_of, write_section
from training.ablate.runs import RowFailed, made_of, one_run, record_of
from training.ablate.scales import Scale, scale_of
from training.ablate.tables import TABLES

ROWS = [(name, row) for name, rows in TABLES.items() for row in rows]


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[f"{name}-{row.name}" for name, row in ROWS])
def test_every_row_is_made_of_flags_that_training_knows(table, row):
    args = config.resolve(config.parser("train", None), ["--out", "x", *scale_of(table, "tiny").flags(1), *row.flags])
    assert args.synthetic == 6000 and args.stages.startswith("96:")


def test_networks_of_a_row_share_its_images():
    scale = scale_of("recipe", "tiny")
    assert f"96:{scale.images // 5}" in " ".join(scale.flags(5)) and scale.images == 5 * scale_of("loss", "tiny").images


def test_a_dry_run_takes_one_step_of_a_row_and_writes_no_result(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    results = tmp_path / "RESULTS.md"
    command = ["--table", "sampler", "--only", "balanced", "--dry", "--results", str(results), "--json", "-"]
    assert ablate.main(command) == 0
    found = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert [row["row"] for row in found["sampler"]] == ["balanced"] and not results.exists()


def test_a_row_that_cannot_be_trained_ends_the_command_with_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train, "main", lambda argv: 2)
    assert ablate.main(["--table", "sampler", "--only", "uniform", "--dry"]) == 2
    assert "uniform" in capsys.readouterr().err


def test_several_rows_run_at_once_and_end_in_the_same_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    small = Scale(photos=40, side=192, base=96, images=8, batch=4, test_photos=10)
    monkeypatch.setattr(ablate, "scale_of", lambda table, name: small)
    results = tmp_path / "RESULTS.md"
    assert ablate.main(["--table", "sampler", "--jobs", "2", "--results", str(results)]) == 0
    assert len(list(Path("runs/ablate/sampler").rglob("figures.json"))) == 2
    assert "| uniform |" in results.read_text() and "| balanced |" in results.read_text()


def test_a_row_alone_joins_those_of_before_and_what_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ablate, "one_run", lambda row, scale, seed, folder: figures(0.5))
    monkeypatch.setattr(ablate, "record_of", lambda row, seed, folder: tmp_path / row.name)
    (tmp_path / "focal").touch()
    results = tmp_path / "RESULTS.md"
    assert ablate.main(["--table", "loss", "--only", "ranked", "--results", str(results)]) == 0
    text = results.read_text()
    assert "| focal |" in text and "| ranked |" in text and "| neighbour |" not in text
    assert "Not trained: cross_entropy, label_smoothing, cb_softmax" in text


def test_a_record_of_other_settings_is_not_passed_off_as_this_row(tmp_path, monkeypatch):
    row, scale = TABLES["sampler"][0], scale_of("sampler", "tiny")
    record = record_of(row, 1, tmp_path)
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps(figures(0.5) | {"made_of": made_of(row, scale)}))
    assert one_run(row, scale, 1, tmp_path)["mean_p_recall_present"] == 0.5
    with pytest.raises(RowFailed, match="move"):
        one_run(row, scale_of("sampler", "full"), 1, tmp_path)


def test_networks_of_a_row_that_stopped_are_not_graded_as_those_of_other_settings(tmp_path, monkeypatch):
    row, scale = TABLES["sampler"][0], scale_of("sampler", "tiny")
    monkeypatch.setattr(runs, "train_row", lambda *_: pytest.fail("stopped"))
    for _ in range(2):  # the same settings go on
        with pytest.raises(pytest.fail.Exception, match="stopped"):
            one_run(row, scale, 1, tmp_path)
    with pytest.raises(RowFailed, match="move"):
        one_run(row, scale_of("sampler", "full"), 1, tmp_path)


def test_another_decoding_of_the_same_networks_is_no_other_run(tmp_path, monkeypatch):
    a, b = TABLES["recipe"][:2]
    monkeypatch.setattr(runs, "train_row", lambda *_: ([tmp_path], 1.0))
    monkeypatch.setattr(runs, "load_or_render", lambda *_: None)
    monkeypatch.setattr(runs, "grade_row", lambda row, *_: figures(0.5 if row is a else 0.4))
    scale = scale_of("recipe", "tiny")
    assert [one_run(row, scale, 1, tmp_path)["mean_p_recall_present"] for row in (a, b, a)] == [0.5, 0.4, 0.5]


def test_a_note_that_cannot_be_kept_is_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").touch()
    assert ablate.main(["--table", "sampler", "--only", "uniform", "--out", "full"]) == 2
    assert "free some space" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["--json", "--results"])
def test_a_table_that_could_not_be_written_trains_nothing(tmp_path, monkeypatch, capsys, flag):
    monkeypatch.setattr(ablate, "one_run", lambda *_: pytest.fail("trained first"))
    assert ablate.main(["--table", "sampler", flag, str(tmp_path / "nowhere" / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_no_runs_at_all_are_refused(capsys):
    with pytest.raises(SystemExit):
        ablate.main(["--table", "loss", "--seeds", "0"])
    assert "1 or more" in capsys.readouterr().err


def figures(value: float) -> dict:
    each = {key: {"p_recall_present": value} for key in ("oil", "hydration", "wrinkle", "pigmentation", "sensitivity")}
    return {
        "mean_p_recall_present": value,
        "ci95": [value - 0.1, value + 0.1],
        "attributes": each,
        "seconds": 5,
        "device": "CPU",
    }


def test_a_section_is_replaced_and_the_others_stay(tmp_path):
    path, rows = tmp_path / "RESULTS.md", TABLES["sampler"]
    for name, value in (("sampler", 0.31), ("heads", 0.42), ("sampler", 0.63)):
        write_section(path, name, "tiny", [Measured(row, [figures(value)]) for row in rows], scale_of(name, "tiny"))
    text = path.read_text()
    assert text.count("## sampler, tiny") == 1 and "0.310" not in text and "0.420" in text and "0.630" in text


@pytest.mark.parametrize("value", [0.1, 0.2])  # .2 is what the same answer to every photo earns
def test_an_untrained_row_says_so_beside_the_published_figure(value):
    text = table_of([Measured(TABLES["loss"][0], [figures(value)])])
    assert f"{value:.3f} untrained [0.750]" in text


def test_the_recipe_table_ends_with_the_differences_over_runs():
    values = {"a": (0.3, 0.32), "b": (0.4, 0.41), "c": (0.5, 0.54)}
    rows = [Measured(row, [figures(v) for v in values[row.name[0]]]) for row in TABLES["recipe"]]
    text = table_of(rows)
    assert "c - a: 0.210 (95 % interval over 2 runs" in text and "c - b: 0.115" in text


def test_students_interval_of_two_runs():
    low, high = student_interval([0.0, 1.0])
    assert (low + high) / 2 == pytest.approx(0.5) and high - 0.5 == pytest.approx(12.706 * 0.7071 / 1.4142, rel=1e-3)
