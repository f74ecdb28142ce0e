"""All figures of how faithful a grader's maps are, as one dictionary that goes to JSON, and what must hold."""

from dataclasses import replace
from typing import Any

from training.faithfulness.deletion import deletion_report
from training.faithfulness.energy import energy_report
from training.faithfulness.places import every_attribute
from training.faithfulness.pointing import pointing_report
from training.faithfulness.randomise import randomisation_report
from training.faithfulness.twins import twin_report
from training.graders import CheckpointGrader, Grader
from training.photo_set import PhotoSet

JUDGED = ("wrinkle", "pigmentation", "sensitivity")  # signs with a place; film and dryness may be all over the photo


def score(grader: Grader, photos: PhotoSet, seed: int, probed: int) -> dict[str, Any]:
    """Score the maps of all photos, and probe the grader with changed versions of the first `probed`.

    `photos` are those that `render_set` draws from `seed`. Raises ValueError for maps of a single place.
    """
    maps, few = grader.grade(photos.images).maps, photos.take(slice(probed))
    if maps.shape[-1] < 2:
        raise ValueError("maps of a single place show nothing: take a grader whose photos are 64 px or larger")
    truth = (maps, photos.cells, photos.clean)
    figures = {
        "grader": grader.name,
        "photos": len(photos),
        "probed": len(few),
        "map_side": maps.shape[-1],
        "energy": every_attribute(lambda where: energy_report(where, seed), *truth),
        "pointing": every_attribute(pointing_report, *truth),
        "randomisation": randomisation(grader, few, seed),
        "deletion": deletion_report(grader, few, seed),
        "twins": twin_report(grader, few, seed),
    }
    return figures | {"checks": checks(figures)}


def randomisation(grader: Grader, photos: PhotoSet, seed: int) -> dict[str, Any] | None:
    """Adebayo's check; None for a bundle, whose exported network cannot be re-initialised."""
    if not isinstance(grader, CheckpointGrader):
        return None
    return randomisation_report(grader.net, lambda net: replace(grader, net=net).grade(photos.images).maps, seed)


def checks(figures: dict[str, Any]) -> dict[str, bool]:
    """What must hold, by name."""
    held = {f"energy_{key}": figures["energy"][key]["holds"] for key in JUDGED}
    if figures["randomisation"]:
        held["randomisation"] = figures["randomisation"]["holds"]
    return held
