"""Heatmaps by several methods and in finer detail."""

from typing import Any

from peewee import CharField, IntegerField


def up(migrator: Any, database: Any) -> None:
    """Jobs of before were closed-form Grad-CAM at the model's own size."""
    migrator.migrate(
        migrator.add_column("heatmapjob", "method", CharField(default="gradcam")),
        migrator.add_column("heatmapjob", "detail", IntegerField(default=1)),
    )
