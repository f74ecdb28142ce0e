"""The bars that an exported file must clear against its checkpoint; below one of them nothing is shipped."""

from collections.abc import Mapping

from mobile_export.errors import ExportError

# Figures of `mobile_export.figures`; at least this much …
NEARLY_ALL = {"grades_within_one": 0.999, "balanced_within_one": 0.999}
INT8_WEIGHTS = {"grades_equal": 0.99, "balanced_equal": 0.97, "map_correlation": 0.99, **NEARLY_ALL}
AT_LEAST = {
    "int8": {
        "grades_equal": 0.92,
        "grades_within_one": 0.995,
        "balanced_within_one": 0.99,
        "map_correlation": 0.90,
        "map_correlation_p5": 0.85,
    },
    "w8a16": INT8_WEIGHTS,
    "w8a32": INT8_WEIGHTS,
    "fp16": {"grades_equal": 0.995, "map_correlation": 0.99, **NEARLY_ALL},
    "fp32": {"grades_equal": 0.995, "map_correlation": 0.999, **NEARLY_ALL},
}
# … and at most this much. A loss of P-Recall is in points of `mean_p_recall`, decoded balanced, truth the clean grade.
QUALITY = {"quality_off": 0.01}  # share of the figure
LIGHT = {"probability_p99": 0.06, "p_recall_loss": 0.01, **QUALITY}
AT_MOST = {
    "int8": {"expected_mae": 0.08, "p_recall_loss": 0.01, **QUALITY},
    "w8a16": LIGHT,
    "w8a32": LIGHT,
    "fp16": {"expected_mae": 0.005, "p_recall_loss": 0.003, **QUALITY},
    "fp32": {"expected_mae": 0.005, "p_recall_loss": 0.001, **QUALITY},
}
MOST_RUNAWAYS = 0.001  # share of calibration photos with extreme logits: a fault of the checkpoint, told and not judged


def shortfalls(precision: str, figures: Mapping[str, float]) -> dict[str, str]:
    """Figure -> sentence for every bar that is missed; not a number clears no bar, nor does one that is absent."""
    nan = float("nan")
    lows, highs = AT_LEAST[precision].items(), AT_MOST[precision].items()
    low = {name: f"{_told(figures, name)}, below {bar}" for name, bar in lows if not figures.get(name, nan) >= bar}
    high = {name: f"{_told(figures, name)}, above {bar}" for name, bar in highs if not figures.get(name, nan) <= bar}
    return low | high


def require(precision: str, figures: Mapping[str, float], worst: Mapping[str, str] | None = None) -> None:
    """Raises `ExportError` unless every bar is cleared; `worst` names the worst photo by figure."""
    if missed := shortfalls(precision, figures):
        sentences = "; ".join(with_worst(missed, worst or {}))
        raise ExportError(f"the {precision} file disagrees with the checkpoint and is not shipped: {sentences}")


def with_worst(missed: Mapping[str, str], worst: Mapping[str, str]) -> list[str]:
    """Sentences about missed bars, each with its worst photo where one is known."""
    return [f"{text} ({worst[name]})" if name in worst else text for name, text in missed.items()]


def _told(figures: Mapping[str, float], name: str) -> str:
    return f"{name} is {figures[name]:.4f}" if name in figures else f"{name} is not measured"
