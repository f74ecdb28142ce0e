"""The client's own resize, records and command line."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from api import judging
from sample_clients.python import ids, records
from sample_clients.python.__main__ import main
from sample_clients.python.bundle import Bundle
from sample_clients.python.files import write_atomically
from sample_clients.python.photo import PhotoError, decode
from sample_clients.python.resize import model_input
from sample_clients.python.scorer import Graded, Grading, advice, plausible
from sample_clients.python.table import history_table
from tests.client.helpers import score
from training.photo import read_photo
from training.preprocess import model_input as reference


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 40), st.integers(0, 90), st.integers(0, 90), st.integers(0, 2**32 - 1))
def test_the_clients_resize_gives_the_bytes_of_training(size, more, wider, seed):
    rgb = np.random.default_rng(seed).integers(0, 256, (size + more, size + more + wider, 3), np.uint8)
    assert np.array_equal(model_input(rgb, size), reference(rgb, size))


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "CMYK"])
def test_the_client_decodes_to_the_pixels_of_training(tmp_path, mode):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    path = tmp_path / ("photo.jpg" if mode == "CMYK" else "photo.png")
    Image.fromarray(pixels).convert(mode).save(path)
    assert np.array_equal(decode(path), read_photo(path))


def test_a_photo_that_is_too_small_says_both_sizes():
    with pytest.raises(PhotoError, match=r"100 px.*192 px"):
        model_input(np.zeros((100, 300, 3), np.uint8), 192)


@given(st.lists(st.floats(0.001, 1), min_size=5, max_size=5))
def test_ten_thousandths_always_sum_to_ten_thousand(values):
    p = np.array(values, np.float32)
    whole = records.ten_thousandths(p / p.sum())
    assert sum(whole) == 10_000 and min(whole) >= 0


@pytest.mark.parametrize(("expected", "milli"), [(4.002, 4000), (-0.001, 0), (1.2344, 1234)])
def test_the_server_takes_a_score_whose_sums_in_16_bits_leave_the_scale(expected, milli):
    p, pixels = np.full(5, 0.2, np.float32), np.zeros((1, 1, 3), np.uint8)
    one = Graded("oil", 4, 4, 4, 4, expected, p, np.zeros((2, 2), np.float32), believed=True)
    bundle = Bundle({"name": "small", "version": "0.1.0", "sequence": 1}, Path(), "0" * 64, "0" * 64)
    record = records.score_record(Grading([one], pixels, (0, 0, 0), [], 0), bundle)
    assert isinstance(judging.judged(record), tuple)
    assert record["attributes"]["oil"]["expected_milli"] == milli


def test_ids_are_version_7_and_rise():
    made = [ids.uuid7() for _ in range(50)]
    assert all(i[14] == "7" and i[19] in "89ab" and len(i) == 36 for i in made) and len(set(made)) == 50


def test_the_range_holds_the_likeliest_grade_even_when_q_is_zero():
    assert plausible(np.array([0.1, 0.1, 0.6, 0.1, 0.1], np.float32), 0.0) == (2, 2)


def test_advice_names_what_to_do_better():
    gate = {"luma": [0.1, 0.9], "clipped": 0.2, "sharpness": 0.001}
    assert advice(gate, 0.5, 0.0, 0.01) == []
    assert len(advice(gate, 0.05, 0.5, 0.0)) == 3 and "bright" in advice(gate, 0.95, 0.0, 0.01)[0]


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_atomically(path, b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_command_line_answers_errors_in_one_line(tmp_path, capsys):
    assert main(["--bundle", str(tmp_path), "--home", str(tmp_path / "h"), "score", "photo.jpg"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("skinscore: ") and told.count("\n") == 1


def test_the_history_names_each_model_and_says_where_another_took_over():
    models = [{"name": "m", "version": v, "sequence": n} for v, n in (("1.0.0", 1), ("1.0.0", 1), ("1.1.0", 2))]
    lines = history_table([score(model=model) for model in models], {}).splitlines()
    assert [line.rpartition("[")[2] for line in (lines[0], lines[1], lines[3])] == ["1.0.0]", "1.0.0]", "1.1.0]"]
    assert len(lines) == 4 and "m 1.1.0 grades from here on" in lines[2]
