"""Heat layers: transparent, on one scale, and told apart under colour blindness."""

import io

import numpy as np
import pytest
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab

from api import heat_layer

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
    "full sight": np.eye(3),
}
APART = 20  # CIEDE2000; 2 is just noticed side by side


def test_a_layer_is_orange_where_the_grade_is_pushed_up_and_purple_where_down():
    layer = np.asarray(Image.open(io.BytesIO(heat_layer.render(np.array([[1.0, -1.0]] * 2), 1.0, 64))))
    assert tuple(layer[32, 2, :3]) == heat_layer.UP and tuple(layer[32, 61, :3]) == heat_layer.DOWN
    assert layer.shape == (64, 64, 4) and layer[..., 3].max() == round(heat_layer.OPAQUE * 255)


def test_one_scale_serves_all_photos():
    weak, strong = (
        np.asarray(Image.open(io.BytesIO(heat_layer.render(np.full((6, 6), v), 1.0, 32)))) for v in (0.1, 0.9)
    )
    assert weak[..., 3].max() * 8 < strong[..., 3].max()


@pytest.mark.parametrize("sight", BLIND)
@pytest.mark.parametrize("other", [heat_layer.DOWN, heat_layer.PLACE])
def test_colours_are_told_apart_under_colour_blindness(sight, other):
    first, second = (seen(np.array(colour), np.array(BLIND[sight])) for colour in (heat_layer.UP, other))
    assert deltaE_ciede2000(first, second) > APART


def seen(colour: np.ndarray, sight: np.ndarray) -> np.ndarray:
    """Lab of an sRGB colour as somebody with that sight sees it."""
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    mixed = (sight @ linear).clip(0, 1)
    return rgb2lab(np.where(mixed <= 0.0031308, mixed * 12.92, 1.055 * mixed ** (1 / 2.4) - 0.055)[None, None])


def test_a_map_of_no_attribute_is_one_colour_and_only_where_it_is_positive():
    layer = opened(heat_layer.render(np.array([[1.0, -1.0]] * 2), 1.0, 64, blind=True))
    assert (layer[..., :3] == heat_layer.PLACE).all()
    assert layer[32, 2, 3] > 150 and layer[32, 61, 3] == 0


@pytest.mark.parametrize("blind", [False, True])
def test_the_legend_runs_over_the_whole_scale(blind):
    strip = opened(heat_layer.legend(blind))
    strongest = round(heat_layer.OPAQUE * 255)
    assert strip[0, -1].tolist() == [*(heat_layer.PLACE if blind else heat_layer.UP), strongest]
    assert strip[0, 0, 3] == (0 if blind else strongest) and strip.shape == (16, 256, 4)


def opened(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))
