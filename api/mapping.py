"""Maps by each method, and the one scale of a method on which all photos are drawn. Imports torch: worker only."""

import base64
import io
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from api.methods import CLOSED_FORM
from training.calibrate import heatmap_scale
from training.heat_maps import HeatMaps
from training.model import SkinNet
from training.preprocess import model_input

Pixels = NDArray[np.uint8]
FAINT = 1e-6  # a method may show nothing of an attribute


class Maps:
    """A grader's maps; `closed_scale` is the bundle's, the scale of other methods is measured on its golden photos."""

    def __init__(self, net: SkinNet, closed_scale: list[float], golden: Path) -> None:
        self.closed, self.golden = HeatMaps(net), golden
        self.scales = {CLOSED_FORM: closed_scale}

    def of(self, method: str, images: list[Pixels]) -> NDArray[np.float32]:
        """Signed maps (N,5,h,w) of photos (S,S,3) of one size."""
        if method == CLOSED_FORM:
            return self.closed.of(images)
        return np.concatenate([self._methods.maps(method, block) for block in self.closed.features_of(images)])

    def scale(self, method: str) -> list[float]:
        """Per attribute the magnitude that is drawn most opaque: the same for every photo."""
        if method not in self.scales:
            measured = heatmap_scale(self.of(method, golden_inputs(self.golden)))
            self.scales[method] = [max(one, FAINT) for one in measured]
        return self.scales[method]

    @cached_property
    def _methods(self) -> Any:
        from training.cam_methods import CamMethods  # pytorch-grad-cam takes seconds to import, and few ask for it

        return CamMethods(self.closed.directions)


def golden_inputs(golden: Path) -> list[Pixels]:
    """The model's input bytes for the golden photos of a bundle."""
    data = json.loads(golden.read_text("utf-8"))
    pictures = (Image.open(io.BytesIO(base64.b64decode(photo["png"]))) for photo in data["photos"])
    return [model_input(np.asarray(picture.convert("RGB")), data["size"]) for picture in pictures]
