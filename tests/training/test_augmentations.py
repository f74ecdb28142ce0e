"""Every row of the seed's augmentation tables runs, is decided by its generator alone, and does what its name says."""

import random
import subprocess
import sys

import numpy as np
import pytest

from training.augmentations import AUGMENTATIONS, augment, row_named
from training.preprocess import box_resize

SIDE, STORED = 24, 60
FIXED = {"resize_512", "resize_1024", "centre_crop_512"}
RANDOM = set(AUGMENTATIONS) - FIXED
# Of the table's transforms, only these change every photo; the others change about every second one.
ALWAYS = {"random_crop_512", "random_resized_crop_512", "random_resized_crop_1024"}


def photos(count: int = 24) -> np.ndarray:
    """Smooth pictures with texture, each another one, and read-only as those of a memory-mapped set are."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(70, 180, STORED)
    images = ramp[None, :, None, None] * 0.5 + ramp[None, None, :, None] * 0.5 + rng.normal(0, 6, (count, 1, 1, 3))
    images = np.clip(images + rng.normal(0, 5, (count, STORED, STORED, 3)), 60, 190).astype(np.uint8)
    images.setflags(write=False)
    return images


def made(name: str, images: np.ndarray, seed: int = 0) -> np.ndarray:
    return augment(name, images, np.random.default_rng(seed), SIDE)


def test_the_table_holds_the_eleven_rows_of_the_seed():
    tables = ["resize_512", "resize_1024", "centre_crop_512", "random_crop_512", "random_resized_crop_512"]
    tables += ["random_resized_crop_1024", "RGBShift", "ISONoise", "OpticalDistortion", "RandomBrightness"]
    assert list(AUGMENTATIONS) == [*tables, "HorizontalFlip"]


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_a_row_gives_photos_of_its_side_in_proportion_to_the_base(name):
    side = 2 * SIDE if name.endswith("1024") else SIDE
    out = made(name, photos())
    assert out.shape == (24, side, side, 3) and out.dtype == np.uint8
    assert row_named(name).side(SIDE) == side


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_the_generator_alone_decides(name):
    random.seed(1)
    np.random.seed(1)
    first, state = made(name, photos()), (random.getstate(), np.random.get_state()[1].tolist())
    assert (random.getstate(), np.random.get_state()[1].tolist()) == state
    random.seed(2)
    np.random.seed(2)
    assert np.array_equal(made(name, photos()), first)


@pytest.mark.parametrize("name", sorted(RANDOM))
def test_random_rows_differ_between_photos_and_between_seeds(name):
    alike = np.repeat(photos(1), 24, 0)
    out = made(name, alike)
    assert len(np.unique(out.reshape(24, -1), axis=0)) > (1 if name == "HorizontalFlip" else 6)
    assert not np.array_equal(out, made(name, alike, seed=1))


@pytest.mark.parametrize("name", sorted(FIXED))
def test_fixed_rows_do_not_depend_on_the_generator(name):
    assert np.array_equal(made(name, photos()), made(name, photos(), seed=1))


@pytest.mark.parametrize("name", sorted(RANDOM - ALWAYS))
def test_every_second_photo_or_so_is_only_resized(name):
    kept = (made(name, photos(100)) == made("resize_512", photos(100))).all((1, 2, 3)).mean()
    assert 0.3 < kept < 0.7


def test_resizing_stays_within_one_level_of_what_phones_do():
    for name, side in (("resize_512", SIDE), ("resize_1024", 2 * SIDE)):
        exact = np.stack([box_resize(photo, side) for photo in photos()])
        assert np.abs(made(name, photos()).astype(int) - exact).max() <= 1


def test_a_photo_of_the_right_side_is_left_as_it_is():
    small = photos()[:, :SIDE, :SIDE]
    assert np.array_equal(made("resize_512", small), small)


def test_the_centre_crop_is_the_centre():
    start = (STORED - SIDE) // 2
    assert np.array_equal(made("centre_crop_512", photos()), photos()[:, start : start + SIDE, start : start + SIDE])


def test_a_random_crop_is_a_window_of_its_photo_at_full_detail():
    windows = np.lib.stride_tricks.sliding_window_view(photos(), (SIDE, SIDE), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    for crop, choices in zip(made("random_crop_512", photos()), windows, strict=True):
        assert (choices == crop).all((2, 3, 4)).sum() == 1


def test_a_resized_crop_shows_a_part_larger():
    # In a ramp from left to right, a narrower part has a smaller range.
    ramp = np.broadcast_to(np.linspace(0, 255, STORED).astype(np.uint8)[None, None, :, None], (24, STORED, STORED, 3))
    whole = np.ptp(made("resize_512", ramp).astype(int), axis=(1, 2, 3))
    assert (np.ptp(made("random_resized_crop_512", ramp).astype(int), axis=(1, 2, 3)) < whole).mean() > 0.8


def test_a_flipped_photo_is_the_exact_mirror_image():
    plain, out = made("resize_512", photos()), made("HorizontalFlip", photos())
    kept = (out == plain).all((1, 2, 3))
    assert ((out == plain[:, :, ::-1]).all((1, 2, 3)) == ~kept).all()
    assert kept.any() and not kept.all()


def shift(name: str) -> np.ndarray:
    """What a row adds to every pixel of every photo, (B,s,s,3); the photos are far from black and white."""
    return made(name, photos()).astype(int) - made("resize_512", photos())


def test_rgb_shift_adds_one_number_of_at_most_twenty_to_each_channel():
    added = shift("RGBShift")
    assert (added == added[:, :1, :1]).all() and np.abs(added).max() <= 20
    assert (np.ptp(added[:, 0, 0], axis=1) > 0).any()


def test_brightness_adds_the_same_to_all_channels_up_to_a_fifth_of_white():
    added = shift("RandomBrightness")
    assert (added == added[:, :1, :1, :1]).all()
    assert 20 < np.abs(added).max() <= 51


def test_noise_differs_from_pixel_to_pixel_and_keeps_the_picture():
    added = shift("ISONoise")
    changed = np.abs(added).max((1, 2, 3)) > 0
    assert (added[changed].std((1, 2, 3)) > 0).all()
    assert np.abs(added).mean() < 12


def test_distortion_bends_without_a_black_rim():
    flat = np.full((24, STORED, STORED, 3), 128, np.uint8)
    assert (made("OpticalDistortion", flat) == 128).all()
    assert np.abs(shift("OpticalDistortion")).max() > 0


def test_a_row_takes_a_photo_that_is_no_square():
    wide = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    for row in AUGMENTATIONS.values():
        side = row.side(SIDE)
        assert row.transform(SIDE / 512)(image=wide)["image"].shape == (side, side, 3)


def test_validation_photos_take_a_fixed_row_of_the_same_side():
    for row in AUGMENTATIONS.values():
        assert row.validation in FIXED
        assert row_named(row.validation).side(SIDE) == row.side(SIDE)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="'Cutout' is no augmentation; choose one of resize_512, .*HorizontalFlip"):
        made("Cutout", photos())


def test_photos_without_the_detail_are_refused():
    with pytest.raises(ValueError, match="resize_1024 at base side 40 needs photos of 80 px, not 60 px"):
        augment("resize_1024", photos(), np.random.default_rng(0), 40)


def test_augmenting_asks_no_server_for_a_newer_library():
    code = (
        "import os, sys, urllib.request, numpy as np; os.environ.pop('NO_ALBUMENTATIONS_UPDATE', None)\n"
        "urllib.request.OpenerDirector.open = lambda *a, **k: sys.exit(3)\n"
        "from training.augmentations import augment\n"
        "augment('resize_512', np.zeros((1, 40, 40, 3), np.uint8), np.random.default_rng(0), 32)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
