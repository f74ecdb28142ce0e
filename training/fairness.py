"""Does the grader serve every skin tone alike? P-Recall per class of individual typology angle, and the largest gap.

The gap between the best and the worst of several classes is above zero even for a fair grader. So it comes with its
own bootstrap interval, and with the gap that chance reaches in 5 of 100 shufflings of the tones among the photos.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.attributes import GRADES, KEYS
from training.bootstrap import RESAMPLES, interval, resampled_mean
from training.decoding import REWARD
from training.metrics import plain, text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TONE_NAMES = ("very light", "light", "intermediate", "tan", "brown", "dark")  # ITA > 55, 41, 28, 10, -30 degrees


def tone_report(truth: Ints, answers: Ints, tones: Ints, seed: int = 0) -> dict[str, Any] | None:
    """Figures per tone class for truth (N,5, -1 unlabelled), answers (N,5) and tones (N, -1 unknown).

    None where fewer than two classes hold labelled photos, because then there is no gap.
    """
    seen = (truth >= 0).any(1) & (tones >= 0)
    truth, answers, tones = truth[seen], answers[seen], tones[seen]
    classes = np.unique(tones)
    if len(classes) < 2:
        return None
    each = scores_by_tone(truth, answers, tones)[classes]
    both = np.stack([resampled_mean(truth[tones == c], answers[tones == c], [seed, int(c)]) for c in classes])
    draws = both[..., 1]
    means, n = np.nanmean(each, 1), np.bincount(tones)[classes]
    return {
        "classes": [_class(*row) for row in zip(classes, n, means, draws, each, strict=True)],
        "largest_gap": plain(np.ptp(means)),
        "largest_gap_ci95": [plain(end) for end in interval(np.ptp(draws, axis=0))],
        "largest_gap_by_chance": plain(gap_by_chance(truth, answers, tones, seed)),
        "largest_gap_between": [TONE_NAMES[classes[place]] for place in (means.argmin(), means.argmax())],
    }


def scores_by_tone(truth: Ints, answers: Ints, tones: Ints) -> Floats:
    """P-Recall over the grades present, (6,5) class by attribute; NaN where a class has no labelled photo."""
    return np.stack([_column(truth[:, a], answers[:, a], tones) for a in range(len(KEYS))], 1)


def gap_by_chance(truth: Ints, answers: Ints, tones: Ints, seed: int) -> float:
    """The largest gap that 95 of 100 shufflings of the tones stay below: what a fair grader would show."""
    rng, classes = np.random.default_rng(seed), np.unique(tones)
    shuffled = (scores_by_tone(truth, answers, rng.permutation(tones))[classes] for _ in range(RESAMPLES))
    return float(np.quantile([np.ptp(np.nanmean(scores, 1)) for scores in shuffled], 0.95))


def tone_table(figures: dict[str, Any] | None) -> str:
    """A tone report as text for people."""
    if figures is None:
        return "no table of skin tones: fewer than two classes are known for these photos"
    lines = [f"{'skin tone (ITA)':16} {'n':>5} {'P-Recall':>8} {'95 % interval':>17}"]
    for row in figures["classes"]:
        ends = " .. ".join(map(text, row["ci95"]))
        lines.append(f"{row['tone']:16} {row['n']:5} {text(row['mean_p_recall_present']):>8} {ends:>17}")
    worst, best = figures["largest_gap_between"]
    gap, chance = text(figures["largest_gap"]), text(figures["largest_gap_by_chance"])
    ends = " .. ".join(map(text, figures["largest_gap_ci95"]))
    lines.append(f"largest gap {gap} ({ends}), {worst} below {best}; chance alone reaches {chance}")
    return "\n".join(lines)


def _class(tone: int, n: int, mean: float, draws: Floats, each: Floats) -> dict[str, Any]:
    return {
        "tone": TONE_NAMES[tone],
        "n": int(n),
        "mean_p_recall_present": plain(mean),
        "ci95": [plain(end) for end in interval(draws)],
        "attributes": {key: plain(value) for key, value in zip(KEYS, each, strict=True)},
    }


def _column(truth: Ints, answers: Ints, tones: Ints) -> Floats:
    known = truth >= 0
    place, size = tones[known] * GRADES + truth[known], len(TONE_NAMES) * GRADES
    n = np.bincount(place, minlength=size).reshape(-1, GRADES)
    sums = np.bincount(place, REWARD[truth[known], answers[known]], size).reshape(-1, GRADES)
    means, present = np.divide(sums, n, out=np.zeros(n.shape), where=n > 0).sum(1), (n > 0).sum(1)
    return np.divide(means, present, out=np.full(len(n), np.nan), where=present > 0)
