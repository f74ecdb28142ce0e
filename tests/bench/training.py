"""Images per second of the loader and of a whole training step, beside a plain timm and torchvision loop.

    python -m tests.bench.training                # 96 px, both sides in turns, medians
    python -m tests.bench.training --side 224 --json -

Both sides see the same photos, network, batch and optimiser in one process, A B A B. The plain loop is what one writes
from the manuals: a Dataset of PIL images, torchvision transforms, a DataLoader, cross-entropy. The last line compares
one network with five heads to five networks with one head each, which is what the seed trained.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import timm
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from training.attributes import KEYS
from training.batches import Batches
from training.losses import masked_loss
from training.model import SkinNet
from training.photo_set import PhotoSet, load_or_render
from training.recipe import Recipe
from training.stages import Stage
from training.trainer import Trainer

BATCH = 32


class PlainPhotos(Dataset):
    """Photos through torchvision's transforms, the same ones that our default augmentation makes."""

    def __init__(self, photos: PhotoSet, side: int) -> None:
        self.photos = photos
        self.transform = v2.Compose(
            [
                v2.RandomHorizontalFlip(),
                v2.RandomChoice([v2.RandomRotation((angle, angle)) for angle in (0, 90, 180, 270)]),
                v2.Resize(side, antialias=True),
                v2.ColorJitter(brightness=0.08, hue=0.01),
                v2.ToImage(),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
            ]
        )

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        return self.transform(Image.fromarray(self.photos.images[i])), torch.from_numpy(self.photos.labels[i].copy())


def plain_batches(photos: PhotoSet, side: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of the plain loader."""
    loader = DataLoader(PlainPhotos(photos, side), BATCH, shuffle=True, drop_last=True)
    while True:
        yield from loader


def plain_step(net: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor) -> None:
    """One step of the plain loop on the labels (B,k) of k heads."""
    logits = net(images).unflatten(1, (labels.shape[1], -1))
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def sides(photos: PhotoSet, side: int, folder: Path) -> dict[str, Callable[[], None]]:
    """What is timed, by name; each call handles one batch (`five nets`: one batch in each of five)."""
    trainer = Trainer(SkinNet(), masked_loss, Batches(photos, BATCH, 0), Recipe((Stage(side, 10**6),)), folder)
    without = Trainer(SkinNet(), masked_loss, Batches(photos, BATCH, 0, maps=False), trainer.recipe, folder / "b")
    stage, numbers, batches = Stage(side, 10**6), iter(range(10**6)), plain_batches(photos, side)
    nets = [timm.create_model("efficientnet_b0", num_classes=n) for n in (25, *[5] * len(KEYS))]
    optimizers = [torch.optim.AdamW(net.parameters()) for net in nets]

    def plain() -> None:
        plain_step(nets[0], optimizers[0], *next(batches))

    def five() -> None:
        for a, (net, optimizer) in enumerate(zip(nets[1:], optimizers[1:], strict=True)):
            images, labels = next(batches)
            plain_step(net, optimizer, images, labels[:, a : a + 1])

    return {
        "loader_ours": lambda: trainer.batches.at(next(numbers), stage),
        "loader_plain": lambda: next(batches),
        "step_ours": lambda: without.train_step(without.batches.at(without.step, stage)),
        "step_ours_with_maps": lambda: trainer.train_step(trainer.batches.at(trainer.step, stage)),
        "step_plain": plain,
        "step_five_networks": five,
    }


def main() -> None:
    """Time both sides in turns and print medians and ratios."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--side", type=int, default=96)
    p.add_argument("--rounds", type=int, default=9)
    p.add_argument("--json", help="- prints one JSON object")
    args = p.parse_args()
    photos = load_or_render(256, 224, seed=8)
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        timed = sides(photos, args.side, Path(folder))
        for number in range(args.rounds + 1):
            for name, work in timed.items():
                started = time.perf_counter()
                work()
                if number:  # the first round warms up
                    seconds.setdefault(name, []).append(time.perf_counter() - started)
    rates = {f"{name}_per_s": round(BATCH / statistics.median(times), 1) for name, times in seconds.items()}
    pairs = {"loader_ratio": "loader", "step_ratio": "step"}
    ratios = {name: round(rates[f"{of}_ours_per_s"] / rates[f"{of}_plain_per_s"], 2) for name, of in pairs.items()}
    ratios["five_networks_cost"] = round(rates["step_plain_per_s"] / rates["step_five_networks_per_s"], 2)
    figures = {"side": args.side, **rates, **ratios}
    print(json.dumps(figures) if args.json else "\n".join(f"{name:28} {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
