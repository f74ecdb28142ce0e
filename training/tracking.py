"""Optional: the rows of a run's log in MLflow as well."""

from collections.abc import Callable, Mapping
from typing import Any

Track = Callable[[Mapping[str, Any]], None]


def tracker(wanted: bool, settings: Mapping[str, Any]) -> Track:
    """What to call with every row of the log. Raises ValueError when MLflow is wanted and missing."""
    if not wanted:
        return lambda row: None
    try:
        import mlflow
    except ImportError:
        raise ValueError("--mlflow needs MLflow: pip install mlflow, or leave the flag away") from None
    mlflow.start_run()
    mlflow.log_params({name: str(value) for name, value in settings.items()})

    def track(row: Mapping[str, Any]) -> None:
        numbers = {name: value for name, value in row.items() if isinstance(value, int | float)}
        mlflow.log_metrics(numbers, step=row["step"])

    return track
