"""The stages of a run: small photos or windows first, the full side last."""

from collections.abc import Sequence
from dataclasses import dataclass

TURNS = "turns"  # quarter turns, flips and mild colour: the augmentation that the maps follow, so windows can be cut
SMALLEST = 32  # px, one cell of the network's last feature map


@dataclass(frozen=True)
class Stage:
    """Train at `size` px for `images` photos: photos shrunk to that side, or windows of that side cut out of them."""

    size: int
    images: int
    crop: bool = False

    @property
    def name(self) -> str:
        """`crop96` or `224`."""
        return f"{'crop' if self.crop else ''}{self.size}"


def parse_stages(text: str) -> list[Stage]:
    """`crop96:60000,224:20000` -> two stages in order. Raises ValueError with what was wrong."""
    try:
        stages = [_parse_stage(item) for item in text.split(",")]
    except (TypeError, ValueError):
        raise ValueError(
            f"'{text}' is no list of stages; write SIDE:IMAGES or cropSIDE:IMAGES,… such as crop96:60000,224:20000"
        ) from None
    if any(stage.size < SMALLEST or stage.images < 1 for stage in stages):
        raise ValueError(f"'{text}': sides start at {SMALLEST} px and every stage needs at least one photo")
    return stages


def _parse_stage(text: str) -> Stage:
    size, images = text.split(":")
    return Stage(int(size.removeprefix("crop")), int(images), size.startswith("crop"))


def stage_at(stages: Sequence[Stage], image: int) -> Stage:
    """The stage in which the `image`-th photo of the run falls."""
    for stage in stages:
        if image < stage.images:
            return stage
        image -= stage.images
    return stages[-1]


def check_windows(stages: Sequence[Stage], augmentation: str) -> None:
    """Raises ValueError where windows would be cut beside an augmentation that cuts none."""
    if augmentation != TURNS and any(stage.crop for stage in stages):
        whole = ",".join(f"{stage.size}:{stage.images}" for stage in stages)
        raise ValueError(f"--augmentation {augmentation} cuts no windows: give --stages without crop, such as {whole}")


def sides(stages: Sequence[Stage], whole: int) -> set[int]:
    """All sides in px that a network learns from or is graded at: beside windows, `whole` photos are graded."""
    return {stage.size for stage in stages} | {whole for stage in stages if stage.crop}


def check_stages(stages: Sequence[Stage], side: int, cells: int) -> None:
    """Raises ValueError when windows of `side` px photos do not follow a grid of `cells` (0: the maps are unknown)."""
    for stage in stages:
        if stage.crop and not cells:
            raise ValueError(
                "stages with `crop` need synthetic skin and its maps, since a photo's grade does not hold for a part of"
                " it: give --stages without crop"
            )
        if stage.crop and (side % cells or stage.size % (side // cells) or stage.size > side):
            raise ValueError(
                f"crop{stage.size}: windows of {side} px photos need sides of whole {side / cells:g} px cells, "
                f"and --size a multiple of {cells} px"
            )
        if stage.size > side:
            raise ValueError(f"stage {stage.name}: photos are {side} px; give --size {stage.size} or more")
