"""Companions of P-Recall for ordered grades: how well each grade is found, how far answers are off, how they rank.

Macro recall and quadratic weighted kappa are scikit-learn's, Spearman's rho is scipy's. Macro-MAE (AMAE: Baccianella
et al., ISDA 2009) and max-MAE (MMAE: Cruz-Ramirez et al., Neurocomputing 135, 2014) are the mean and the maximum over
the true grades present of the mean absolute error.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score, recall_score

from training.attributes import GRADES

Ints = NDArray[np.int64]


def ordinal_figures(truth: Ints, answers: Ints) -> dict[str, float]:
    """Figures of answers (N,) against truth (N,), both 0..4; NaN where one is undefined."""
    errors = error_by_grade(truth, answers)
    return {
        "macro_recall": macro_recall(truth, answers),
        "qwk": quadratic_kappa(truth, answers),
        "spearman": rank_correlation(truth, answers),
        "amae": float(errors.mean()) if len(errors) else float("nan"),
        "mmae": float(errors.max()) if len(errors) else float("nan"),
    }


def error_by_grade(truth: Ints, answers: Ints) -> NDArray[np.float64]:
    """Mean absolute error of each true grade present, in rising order of the grades."""
    n = np.bincount(truth, minlength=GRADES)
    return np.bincount(truth, np.abs(truth - answers), GRADES)[n > 0] / n[n > 0]


def macro_recall(truth: Ints, answers: Ints) -> float:
    """Share answered exactly, averaged over the grades present; NaN when there is no photo."""
    if len(truth) == 0:
        return float("nan")
    return float(recall_score(truth, answers, labels=np.unique(truth), average="macro", zero_division=0))


def quadratic_kappa(truth: Ints, answers: Ints) -> float:
    """Agreement beyond chance with squared distances, -1..1; NaN where all truths and answers are one grade."""
    if len(np.union1d(truth, answers)) < 2:
        return float("nan")
    return float(cohen_kappa_score(truth, answers, labels=np.arange(GRADES), weights="quadratic"))


def rank_correlation(truth: Ints, answers: Ints) -> float:
    """Spearman's rho, -1..1; NaN where the truths or the answers are all alike."""
    if len(np.unique(truth)) < 2 or len(np.unique(answers)) < 2:
        return float("nan")
    return float(spearmanr(truth, answers).statistic)
