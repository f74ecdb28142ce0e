"""The exact box resize: byte for byte what the definition says, in plain Python integers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.preprocess import PhotoTooSmall, box_resize, centre_square, model_input


def by_definition(square: np.ndarray, size: int) -> np.ndarray:
    """Overlap of [i*N, (i+1)*N) with [k*S, (k+1)*S) as weights, one rounding after both axes, Python integers only."""
    n = square.shape[0]
    weights = [[max(0, min((i + 1) * n, (k + 1) * size) - max(i * n, k * size)) for k in range(n)] for i in range(size)]
    out = np.zeros((size, size, 3), np.uint8)
    for y in range(size):
        for x in range(size):
            for c in range(3):
                rows = ((k, w) for k, w in enumerate(weights[y]) if w)
                total = sum(w * v * int(square[k, m, c]) for k, w in rows for m, v in enumerate(weights[x]) if v)
                out[y, x, c] = (total + n * n // 2) // (n * n)
    return out


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12).flatmap(lambda s: st.tuples(st.just(s), st.integers(s, 40))), st.integers(0, 2**32 - 1))
def test_resize_equals_the_definition_in_python_integers(sides, seed):
    size, n = sides
    square = np.random.default_rng(seed).integers(0, 256, (n, n, 3), np.uint8)
    assert np.array_equal(box_resize(square, size), by_definition(square, size))


def test_the_definition_holds_at_sixty_pixels():
    square = np.random.default_rng(7).integers(0, 256, (60, 60, 3), np.uint8)
    for size in (1, 7, 17, 59):
        assert np.array_equal(box_resize(square, size), by_definition(square, size))


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(0, 20), st.integers(0, 255))
def test_a_flat_photo_stays_flat(size, more, value):
    square = np.full((size + more, size + more, 3), value, np.uint8)
    assert (box_resize(square, size) == value).all()


@settings(deadline=None)
@given(st.lists(st.integers(0, 255), min_size=75, max_size=75), st.integers(1, 5))
def test_any_values_are_averaged_as_defined(values, size):
    square = np.array(values, np.uint8).reshape(5, 5, 3)
    assert np.array_equal(box_resize(square, size), by_definition(square, size))


def test_halves_are_rounded_up():
    square = np.array([[0, 0], [1, 1]], np.uint8)[..., None].repeat(3, 2)
    assert (box_resize(square, 1) == 1).all()


def test_resize_to_the_same_size_changes_nothing():
    square = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
    assert np.array_equal(box_resize(square, 50), square)


def test_sums_of_a_large_white_photo_do_not_overflow():
    assert (box_resize(np.full((3000, 3000, 3), 255, np.uint8), 192) == 255).all()


def test_resize_stays_within_one_level_of_opencv_area():
    import cv2

    square = np.random.default_rng(1).integers(0, 256, (517, 517, 3), np.uint8)
    area = cv2.resize(square, (192, 192), interpolation=cv2.INTER_AREA)
    assert np.abs(box_resize(square, 192).astype(int) - area).max() <= 1


@pytest.mark.parametrize(("height", "width", "top", "left"), [(5, 8, 0, 1), (8, 5, 1, 0), (7, 4, 1, 0), (6, 6, 0, 0)])
def test_the_square_is_centred_and_odd_rests_go_to_the_top_left(height, width, top, left):
    rgb = np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)
    side = min(height, width)
    assert np.array_equal(centre_square(rgb), rgb[top : top + side, left : left + side])


def test_a_photo_smaller_than_the_model_is_refused_with_both_sizes():
    with pytest.raises(PhotoTooSmall, match=r"100 px.*192 px"):
        model_input(np.zeros((100, 400, 3), np.uint8), 192)
