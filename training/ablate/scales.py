"""How much a row is given: photos, their sides, images seen."""

from dataclasses import dataclass, replace

from training.photo_set import load_or_render

TEST_SEED = 60_601


@dataclass(frozen=True)
class Scale:
    """Rendered photos and their side in px, the side trained at, and the images that a row sees."""

    photos: int
    side: int
    base: int
    images: int
    batch: int = 32
    test_photos: int = 1000

    def flags(self, networks: int) -> tuple[str, ...]:
        """What all rows have in common; the networks of a row divide its images."""
        images = self.images // networks
        warm_up = min(200, images // self.batch // 5)
        photos = f"--synthetic={self.photos} --size={self.side} --no-balanced"
        steps = f"--stages={self.base}:{images} --warm-up={warm_up} --batch={self.batch} --every=100"
        return (*photos.split(), *steps.split())

    def render(self, seed: int) -> None:
        """Leave the photos that a run of this seed learns and is graded on in the cache, using every core."""
        load_or_render(self.photos, self.side, seed, balanced=False)
        load_or_render(self.test_photos, self.side, TEST_SEED)


SCALES = {
    "tiny": Scale(photos=6000, side=192, base=96, images=16_000),
    "full": Scale(photos=12_000, side=448, base=224, images=200_000),
    "dry": Scale(photos=40, side=192, base=96, images=4, batch=4, test_photos=10),
}


FIVEFOLD = ("heads", "recipe")  # tables in which five networks share a row's images


def scale_of(table: str, name: str) -> Scale:
    """The scale of a table."""
    scale = SCALES[name]
    return replace(scale, images=5 * scale.images) if table in FIVEFOLD else scale
