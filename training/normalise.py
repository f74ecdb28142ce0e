"""How pixels become what a backbone takes: relative to the photo itself, or by the mean and deviation of a data set.

Skin signs are small changes against the skin around them, on skin of any tone under any lamp. Dividing by the photo's
own mean colour takes tone, exposure and white balance away before the network looks, so it need not learn to ignore
them: faint spots are learned many times faster. The data set's constants are what the seed and ImageNet weights use.
"""

from torch import Tensor, full, nn, tensor
from torch.nn import functional

PHOTO, DATASET = "photo", "dataset"
UNIT = 0.4  # relative contrast that becomes 1; skin under one lamp varies by about this much
CELL = 16  # px


class PhotoNormal(nn.Module):
    """Pixels (B,3,S,S) of 0..255 -> contrast against the mean colour of each photo, in units of `UNIT`."""

    cell: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("cell", full((3, 1, CELL, CELL), 1 / CELL**2), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        share = image * (1 / 255)  # in half precision a phone's sum over grey levels would overflow
        level = self.mean_colour(share) + 1 / 255  # one grey level keeps a black photo finite
        return (share / level - 1.0) * (1 / UNIT)

    def mean_colour(self, share: Tensor) -> Tensor:
        """Mean (B,3,1,1) of photos (B,3,S,S), of cells first: a sum of all pixels one by one, as XNNPACK does it in
        fp32, is off by 3 parts in 10,000 at 224 px, and grades by .007. Phones' graphs have no pooling."""
        whole = share.shape[-1] % CELL == 0
        cells = functional.conv2d(share, self.cell, stride=CELL, groups=3) if whole else share
        return cells.mean([2, 3], keepdim=True)


class DatasetNormal(nn.Module):
    """Pixels (B,3,S,S) of 0..255 -> by `mean` and `std` per channel, given for pixels of 0..1."""

    scale: Tensor
    shift: Tensor

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        centre, spread = (tensor(values).view(1, -1, 1, 1) for values in (mean, std))
        self.register_buffer("scale", 1 / (255 * spread), persistent=False)
        self.register_buffer("shift", -centre / spread, persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        return image * self.scale + self.shift
