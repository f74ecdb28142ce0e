"""Backbones by timm name, presets for the five of the project that this one grew out of, and one shape of features.

Weights come from the hub where it can be reached, from a file, or nowhere (random).
"""

import math
from pathlib import Path
from typing import Any

import timm
from torch import Tensor, nn

# The seed named families and sizes: 5.3, 19, 28.3, 88 and 43.8 million parameters.
PRESETS = {
    "efficientnet_b0": "efficientnet_b0.ra_in1k",
    "efficientnet_b4": "efficientnet_b4.ra2_in1k",
    "swin": "swin_tiny_patch4_window7_224.ms_in1k",
    "swinv2": "swinv2_base_window8_256.ms_in1k",
    "twins": "twins_pcpvt_base.in1k",
}
DEFAULT = "efficientnet_b0"
STRIDE_16 = -2  # timm's index of the feature map at this stride


class BackboneError(ValueError):
    """No such backbone, or its weights cannot be had; the text says what to do."""


def build(name: str, pretrained: bool | Path, size: int | None) -> nn.Module:
    """A trunk by preset or timm name; `size` (px) is for those that need to know it. Raises `BackboneError`."""
    timm_name = PRESETS.get(name, name)
    if not timm.is_model(timm_name):
        raise BackboneError(f"there is no backbone '{name}': name one of {', '.join(PRESETS)}, or a model of timm")
    options: dict[str, Any] = {}
    if isinstance(pretrained, Path):
        if not pretrained.is_file():
            raise BackboneError(f"there is no weights file {pretrained}: give a file, hub or none")
        options["pretrained_cfg_overlay"] = {"file": str(pretrained)}
    if size and needs_size(timm_name):
        options["img_size"] = size
    try:
        return timm.create_model(timm_name, bool(pretrained), num_classes=0, global_pool="", **options)
    except Exception as error:
        if not pretrained:
            raise
        raise BackboneError(_without_weights(timm_name, pretrained)) from error


def _without_weights(timm_name: str, pretrained: bool | Path) -> str:
    if isinstance(pretrained, Path):
        return f"{pretrained} does not hold weights of {timm_name}"
    return (
        f"could not fetch the weights of {timm_name} (no network, or the model hub is blocked); start from --init"
        " training/reference or --pretrained FILE, or train from scratch with --pretrained none"
    )


def needs_size(name: str) -> bool:
    """Whether this backbone is built for photos of one side."""
    return PRESETS.get(name, name).startswith("swin")


def as_map(features: Tensor, channels: int) -> Tensor:
    """Features as (B,channels,h,w), whether they come so, channels last, or as a row of tokens."""
    if features.ndim == 3:
        side = math.isqrt(features.shape[1])
        return features.transpose(1, 2).unflatten(2, (side, side))
    return features if features.shape[1] == channels else features.permute(0, 3, 1, 2)
