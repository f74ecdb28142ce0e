"""The rows of every table as data: the flags of `training.train` that make a row, and what the seed published for it.

The seed is the skin-evaluation project that this one grew out of; its figures are P-Recall over all five grades on
private photos, single runs without intervals, as the last version of its README gives them.
"""

from dataclasses import dataclass

from training.attributes import KEYS
from training.backbones import PRESETS

PLAIN = ("--augmentation=none", "--no-maps", "--attention=0")
SEED = (
    *PLAIN,
    "--loss=seed_softmax_cross_entropy",
    "--select=accuracy",
    "--averaging=0",
    "--settle=0",
    "--drop-rate=0",
    "--normalised-by=dataset",
)
PUBLISHED_ORDER = ("oil", "wrinkle", "sensitivity", "pigmentation", "hydration")


@dataclass(frozen=True)
class Row:
    """One row: flags of a run; `alone` trains a network per attribute, each on its share of the images."""

    name: str
    flags: tuple[str, ...]
    published: tuple[float, ...] = ()  # in PUBLISHED_ORDER, or one figure of an unnamed attribute
    alone: bool = False
    decoding: str = "balanced"  # or most_likely, which is the seed's argmax
    same_runs_as: str = ""  # decode the networks of this row instead of training again

    def published_for(self, key: str) -> float | None:
        """The seed's figure of an attribute."""
        return self.published[PUBLISHED_ORDER.index(key)] if len(self.published) == len(KEYS) else None


def _losses() -> tuple[Row, ...]:
    rows = {
        "cross_entropy": (0.7501, 0.3425, 0.4560, 0.6870, 0.4726),
        "label_smoothing": (0.7550, 0.4113, 0.3545, 0.6934, 0.4908),
        "focal": (0.7627, 0.3356, 0.3894, 0.6820, 0.4823),
        "cb_softmax": (0.7246, 0.3618, 0.5706, 0.6742, 0.4598),
        "cb_focal": (0.7460, 0.3708, 0.5894, 0.6522, 0.4617),
        "neighbour": (),
        "logit_adjusted": (),
        "beta_soft": (),
        "ranked": (),
    }
    return tuple(Row(name, (*PLAIN, f"--loss={name}"), figures) for name, figures in rows.items())


def _augmentations() -> tuple[Row, ...]:
    rows = {
        "resize_512": (0.5879, 0.4113, 0.2702, 0.6934, 0.4908),
        "resize_1024": (0.7552, 0.3800, 0.7547, 0.8018, 0.2022),
        "centre_crop_512": (0.6286, 0.2765, 0.3815, 0.6671, 0.4686),
        "random_crop_512": (0.7516, 0.4480, 0.6782, 0.7460, 0.4745),
        "random_resized_crop_512": (0.6580, 0.3283, 0.4560, 0.7324, 0.5125),
        "random_resized_crop_1024": (0.7631, 0.4213, 0.7568, 0.7803, 0.2181),
        "RGBShift": (0.6197, 0.4037, 0.2801, 0.7078, 0.5385),
        "ISONoise": (0.6416, 0.3651, 0.4452, 0.6920, 0.5035),
        "OpticalDistortion": (0.6441, 0.3613, 0.3407, 0.7151, 0.4390),
        "RandomBrightness": (0.6115, 0.4175, 0.2681, 0.6904, 0.4653),
        "HorizontalFlip": (0.6516, 0.3642, 0.2733, 0.6768, 0.4637),
        "turns": (),
    }
    return tuple(Row(name, (*PLAIN[1:], f"--augmentation={name}"), figures) for name, figures in rows.items())


BACKBONE_FIGURES = {
    "swin": 0.5822,
    "twins": 0.5435,
    "swinv2": 0.5331,
    "efficientnet_b0": 0.5002,
    "efficientnet_b4": 0.4084,
}
TABLES: dict[str, tuple[Row, ...]] = {
    "backbone": tuple(Row(name, (*PLAIN, f"--backbone={name}"), (BACKBONE_FIGURES[name],)) for name in PRESETS),
    "loss": _losses(),
    "sampler": (
        Row("uniform", (*PLAIN, "--sampler=uniform"), (0.5879, 0.4113, 0.4560, 0.6934, 0.4902)),
        Row("balanced", (*PLAIN, "--sampler=balanced"), (0.6207, 0.4177, 0.5551, 0.6856, 0.4701)),
    ),
    "augmentation": _augmentations(),
    "heads": (
        Row("one network, five heads", PLAIN),
        Row("five networks", PLAIN, alone=True),
    ),
    "recipe": (
        Row("a: seed, argmax", SEED, (0.7674, 0.6524, 0.7852, 0.8278, 0.5859), alone=True, decoding="most_likely"),
        Row("b: seed, our decoding", SEED, alone=True, same_runs_as="a: seed, argmax"),
        Row("c: ours", ("--no-maps",)),
    ),
}
