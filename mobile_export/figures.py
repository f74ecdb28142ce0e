"""How far an exported file answers like its checkpoint: all five outputs, loss of P-Recall, and the worst photos."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mobile_export.quality_measure import measured_quality
from training.attributes import KEYS
from training.batches import to_tensor
from training.decoding import Decoding
from training.graders import CheckpointGrader
from training.metrics import p_recall
from training.model import SkinNet
from training.photo_set import PhotoSet, render_set
from training.runtime import OUTPUTS, Answers, Runner, agreement, map_correlations

QUALITY_FLOOR = 1e-6  # of a quality figure: below it a share of it means nothing


@dataclass(frozen=True)
class Reference:
    """Photos with their clean grades, what the fp32 network answers on them, and their quality measured apart."""

    photos: PhotoSet
    answers: Answers
    quality: NDArray[np.float64]
    seed: int

    @classmethod
    def rendered(cls, net: SkinNet, decoding: Decoding, size: int, count: int, seed: int) -> "Reference":
        """On fresh synthetic photos."""
        return cls.on(net, decoding, render_set(count, size, seed), seed)

    @classmethod
    def on(cls, net: SkinNet, decoding: Decoding, photos: PhotoSet, seed: int) -> "Reference":
        """On given photos, which `seed` rendered."""
        answers = CheckpointGrader("checkpoint", photos.images.shape[1], decoding, net).grade(photos.images)
        return cls(photos, answers, measured_quality(photos.images), seed)


@dataclass(frozen=True)
class Outcome:
    """Figures of one file, and for each figure that a single photo can spoil the sentence that names that photo."""

    figures: dict[str, float]
    worst: dict[str, str]


def outputs_of(runner: Runner, images: NDArray, what: str) -> tuple[Answers, NDArray[np.float64]]:
    """Answers and quality (N,3) of a file for photos (N,S,S,3), one by one, with a progress bar named `what`."""
    rows = [runner(to_tensor(image[None])) for image in tqdm(images, desc=what, unit="photo")]
    stacked = [np.stack([row[name] for row in rows]).astype(np.float64) for name in OUTPUTS]
    return Answers(*stacked[:4]), stacked[4]


def judge(reference: Reference, runner: Runner, name: str) -> Outcome:
    """Run a file on the reference's photos and measure how far it is from it."""
    answers, quality = outputs_of(runner, reference.photos.images, f"running {name}")
    off = np.abs(quality - reference.quality) / np.maximum(np.abs(reference.quality), QUALITY_FLOOR)
    maps = map_correlations(reference.answers.maps, answers.maps)
    truth, taught = reference.photos.clean, reference.answers
    score = mean_p_recall(truth, answers.balanced)
    figures = agreement(taught, answers) | {
        "map_correlation_p5": float(np.quantile(maps, 0.05)),
        "quality_off": float(off.max()),
        "mean_p_recall": score,
        "p_recall_loss": mean_p_recall(truth, taught.balanced) - score,
    }
    spoilt = badness(taught, answers, maps, off)
    return Outcome({k: round(v, 5) for k, v in figures.items()}, told(spoilt, len(truth), reference.seed))


def mean_p_recall(truth: NDArray[np.int64], grades: NDArray[np.int64]) -> float:
    """Over all five grades and the five attributes; truth of -1 is not labelled."""
    known = truth >= 0
    return float(np.mean([p_recall(truth[known[:, a], a], grades[known[:, a], a])[0] for a in range(len(KEYS))]))


def badness(taught: Answers, answers: Answers, maps: NDArray, off: NDArray) -> dict[str, tuple[NDArray, str]]:
    """Figure -> (how bad each photo is, what that number is)."""
    likely = np.abs(taught.most_likely - answers.most_likely).sum(1), "grades off in all"
    balanced = np.abs(taught.balanced - answers.balanced).sum(1), "balanced grades off in all"
    expected = np.abs(taught.expected - answers.expected).max(1), "off in the expected grade"
    probability = np.abs(taught.probabilities - answers.probabilities).max((1, 2)), "off in a probability"
    heat = 1 - maps.reshape(len(off), -1).min(1), "short of equal ranks in a map"
    return {
        "grades_equal": likely,
        "grades_within_one": likely,
        "balanced_equal": balanced,
        "balanced_within_one": balanced,
        "p_recall_loss": balanced,
        "expected_mae": expected,
        "probability_p99": probability,
        "map_correlation": heat,
        "map_correlation_p5": heat,
        "quality_off": (off.max(1), "of a quality figure"),
    }


def told(spoilt: dict[str, tuple[NDArray, str]], count: int, seed: int) -> dict[str, str]:
    """Figure -> which photo was worst, how bad, and how to see it again."""
    sentences = {}
    for name, (bad, what) in spoilt.items():
        number = int(np.argmax(bad))
        sentences[name] = f"worst: photo {number} of render_set({count}, seed {seed}), {bad[number]:.4f} {what}"
    return sentences
