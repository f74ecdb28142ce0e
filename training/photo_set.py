"""Photos ready for the network: input bytes and labels in arrays, rendered or read from a folder.

Synthetic sets are rendered in parallel from one seed and may be cached on disk; the cache's name holds a digest of
the renderer's sources, so a changed renderer never meets an old cache.
"""

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from training.attributes import GRADES, KEYS
from training.phantom.fields import REFERENCE_SIDE
from training.phantom.maps import cell_means
from training.phantom.photo import Phantom, render, stream
from training.preprocess import model_input

# Share of each grade in the project that this one grew out of (training counts), for `balanced=False`.
SEED_COUNTS = {
    "oil": (26, 735, 1501, 413, 35),
    "hydration": (40, 182, 279, 133, 45),
    "wrinkle": (740, 807, 408, 64, 12),
    "pigmentation": (435, 894, 520, 143, 46),
    "sensitivity": (1364, 1549, 420, 43, 14),
}
JPEG_QUALITY = (70, 96)

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class PhotoSet:
    """images (N,S,S,3) uint8; labels and clean (N,5), -1 where not labelled; parts, tones, people (N,), -1 unknown.

    `labels` is what raters wrote; `clean` is the truth where it is known, else the same. `cells` (N,28,28,5) float16
    are means of each attribute's map over a grid, or have shape (N,0,0,5) where no map is known. `people` are numbers
    that photos of one person share (`training.groups`); every rendered photo is a person of its own.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    clean: NDArray[np.int64]
    parts: NDArray[np.int64]
    tones: NDArray[np.int64]
    cells: NDArray[np.float16]
    people: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.images)

    def take(self, index: NDArray[np.int64] | slice) -> "PhotoSet":
        """The photos at `index`."""
        return PhotoSet(*(getattr(self, name)[index] for name in FIELDS))


FIELDS = tuple(field.name for field in fields(PhotoSet))
CELLS = 28  # a side; eight pixels each at 224 px, so every stride of the network divides them


def unmapped(count: int) -> NDArray[np.float16]:
    """`cells` of photos whose maps are not known."""
    return np.zeros((count, 0, 0, len(KEYS)), np.float16)


def plan_grades(count: int, seed: int, balanced: bool = True) -> NDArray[np.int64]:
    """Clean grades (count, 5) of a set: every grade equally often, or as often as real photos show it."""
    grades = np.empty((count, len(KEYS)), np.int64)
    for column, key in enumerate(KEYS):
        rng = stream(seed, 2**31, key)  # an index that no photo has
        if balanced:
            grades[:, column] = rng.permutation(np.arange(count) % GRADES)
        else:
            share = np.array(SEED_COUNTS[key]) / sum(SEED_COUNTS[key])
            grades[:, column] = rng.choice(GRADES, count, p=share)
    return grades


def draw(seed: int, index: int, grades: Sequence[int], side: int = REFERENCE_SIDE) -> tuple[Phantom, bytes]:
    """Photo `index` of the set `seed` with grades in the order of `KEYS`, and the JPEG that a phone would store."""
    phantom = render(seed, index, dict(zip(KEYS, map(int, grades), strict=True)), side)
    held = io.BytesIO()
    quality = int(stream(seed, index, "camera", 1).integers(*JPEG_QUALITY))
    Image.fromarray(phantom.pixels).save(held, "JPEG", quality=quality)
    return phantom, held.getvalue()


def draw_input(seed: int, index: int, grades: Sequence[int], size: int) -> tuple[Phantom, NDArray[np.uint8]]:
    """The same photo, and what a network with inputs of `size` px is given of it: (size,size,3)."""
    phantom, stored = draw(seed, index, grades, max(REFERENCE_SIDE, size))
    return phantom, model_input(np.asarray(Image.open(io.BytesIO(stored))), size)


def cells_of(phantom: Phantom) -> NDArray[np.float16]:
    """Means of its maps (28,28,5)."""
    return np.stack([cell_means(phantom.maps[key], CELLS) for key in KEYS], -1).astype(np.float16)


def _one(task: tuple[int, int, int, tuple[int, ...]]) -> tuple[NDArray[np.uint8], list[list[int]], int, int, NDArray]:
    seed, index, size, grades = task
    phantom, pixels = draw_input(seed, index, grades, size)
    labels = [[phantom.rated[k] for k in KEYS], [phantom.clean[k] for k in KEYS]]
    return pixels, labels, phantom.part, phantom.tone, cells_of(phantom)


def on_every_core(work: Callable[[Task], Result], tasks: Sequence[Task], what: str) -> list[Result]:
    """`work` on each task in processes of their own, with a progress bar named `what`."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        return list(tqdm(pool.map(work, tasks, chunksize=16), total=len(tasks), desc=what, unit="photo"))


def render_set(count: int, size: int, seed: int, balanced: bool = True) -> PhotoSet:
    """Render `count` photos on every core, with a progress bar; the same seed gives the same set."""
    plan = plan_grades(count, seed, balanced)
    tasks = [(seed, i, size, tuple(map(int, row))) for i, row in enumerate(plan)]
    drawn = on_every_core(_one, tasks, "rendering skin")
    images, labels, parts, tones, cells = zip(*drawn, strict=True)
    both = np.array(labels, np.int64)
    known = both[:, 0], both[:, 1], np.array(parts), np.array(tones)
    return PhotoSet(np.stack(images), *known, np.stack(cells), np.arange(count))


def load_or_render(count: int, size: int, seed: int, balanced: bool = True, cache: Path = Path("cache")) -> PhotoSet:
    """`render_set`, kept under `cache` as one .npy file per field and read back memory-mapped."""
    name = f"{count}-{size}-{seed}-{'balanced' if balanced else 'seed-priors'}-{renderer_digest()}"
    folder = cache / name
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f"{name}.lock"):  # processes that want the same photos wait for the first
        if not folder.exists():
            drawn = render_set(count, size, seed, balanced)
            unfinished = folder.with_suffix(f".{os.getpid()}")
            unfinished.mkdir()
            for field in FIELDS:
                np.save(unfinished / f"{field}.npy", getattr(drawn, field))
            unfinished.rename(folder)
    return PhotoSet(*(np.load(folder / f"{field}.npy", mmap_mode="r") for field in FIELDS))


def renderer_digest() -> str:
    """Twelve hex digits that change whenever the code that draws or resizes photos does."""
    here = Path(__file__).parent
    drawing = sorted(set((here / "phantom").glob("*.py")) - {here / "phantom" / "__main__.py"})
    sources = [*drawing, here / "preprocess.py", Path(__file__)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
