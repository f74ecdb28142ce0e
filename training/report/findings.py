"""All that is measured for a report, on one photo set."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.attributes import ATTRIBUTES, Attribute
from training.decoding import REWARD
from training.faithfulness.figures import score
from training.graders import CheckpointGrader
from training.measure import measure
from training.photo_set import PhotoSet
from training.runtime import Answers
from training.synthetic_folder import SYNTHETIC

OWN_PHOTOS = "Not known for these photos. Run the report without --data to see it on synthetic skin, whose {} known."


@dataclass(frozen=True)
class Findings:
    """Photos, answers and figures. `faithfulness` is None, and `missing` says why by section, where truth is not known.

    `source` names the photos, `seed` drew them.
    """

    photos: PhotoSet
    source: str
    seed: int
    answers: Answers
    figures: dict[str, Any]
    faithfulness: dict[str, Any] | None
    missing: dict[str, str]

    @property
    def rendered(self) -> bool:
        """Whether the photos are synthetic skin, whose truth is known."""
        return self.photos.cells.shape[1] > 0

    @property
    def synthetic(self) -> bool:
        """Whether any of the photos is synthetic skin, rendered just now or read from a folder."""
        return self.rendered or self.source.startswith(SYNTHETIC)

    @property
    def truth(self) -> str:
        """What answers are compared with, in words."""
        return "clean grade" if self.rendered else "labelled grade"

    @property
    def labelled(self) -> tuple[Attribute, ...]:
        """The attributes of which any photo is labelled."""
        return tuple(one for one in ATTRIBUTES if sum(self.figures["attributes"][one.key]["n"]))


def find(grader: CheckpointGrader, photos: PhotoSet, source: str, seed: int, probed: int) -> Findings:
    """Grade and measure; maps are scored on rendered photos, of which `probed` are also changed."""
    answers = grader.grade(photos.images)
    figures = measure(grader, answers, photos, seed)
    missing = {}
    if figures["tones"] is None:
        missing["tones"] = "Fewer than two classes of skin tone are among these photos: render more."
    if photos.cells.shape[1] == 0:
        missing = {"tones": OWN_PHOTOS.format("tones are"), "maps": OWN_PHOTOS.format("true maps are")}
    elif answers.maps.shape[-1] < 2:
        missing["maps"] = "The maps of this grader have a single place and show nothing: train at 64 px or more."
    faithfulness = None if "maps" in missing else score(grader, photos, seed, probed)
    return Findings(photos, source, seed, answers, figures, faithfulness, missing)


def constant_answer(n: list[int]) -> float:
    """P-Recall over the grades present of the best grade to answer always, where the grades hold `n` photos."""
    return float(REWARD[np.array(n) > 0].mean(0).max())
