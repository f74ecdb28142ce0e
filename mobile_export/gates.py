"""The bars that an exported file must clear against its checkpoint; below one of them nothing is shipped."""

from collections.abc import Mapping

from mobile_export.executorch_file import ExportError

# Figures of `training.runtime.agreement`; at least this much …
AT_LEAST = {
    "int8": {"grades_equal": 0.92, "grades_within_one": 0.995, "balanced_within_one": 0.99, "map_correlation": 0.90},
    "w8a16": {"grades_equal": 0.99, "balanced_equal": 0.97},
}
# … and at most this much.
AT_MOST = {"int8": {"expected_mae": 0.10}, "w8a16": {"probability_p99": 0.06}}


def shortfalls(precision: str, figures: Mapping[str, float]) -> list[str]:
    """One sentence for every bar that is missed; not a number clears no bar."""
    low = [f"{k} is {figures[k]:.4f}, below {bar}" for k, bar in AT_LEAST[precision].items() if not figures[k] >= bar]
    high = [f"{k} is {figures[k]:.4f}, above {bar}" for k, bar in AT_MOST[precision].items() if not figures[k] <= bar]
    return low + high


def require(precision: str, figures: Mapping[str, float]) -> None:
    """Raises `ExportError` unless every bar is cleared."""
    if missed := shortfalls(precision, figures):
        raise ExportError(f"the {precision} file disagrees with the checkpoint and is not shipped: {'; '.join(missed)}")
