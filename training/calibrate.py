"""Fit what decodes a trained network: temperature, prior, conformal thresholds and the scale of its maps.

All on photos that training never saw. Temperature scaling: Guo et al., arXiv 1706.04599. Split conformal
prediction with the ranked probability score: see `training.decoding`.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from training.attributes import ATTRIBUTES, GRADES
from training.batches import shrink, to_tensor
from training.decoding import COVERAGE, Decoding, Prior, ranked_probability_scores, softmax
from training.model import SkinNet, severity_maps

TEMPERATURES = np.geomspace(0.3, 3.0, 93)


@torch.inference_mode()
def predict(net: SkinNet, images: NDArray[np.uint8], size: int, batch: int = 32) -> tuple[NDArray, NDArray]:
    """Logits (N,5,5) and severity maps (N,5,h,w) of photos (N,S,S,3), brought to `size` px by area."""
    logits, maps = [], []
    for start in range(0, len(images), batch):
        block = shrink(to_tensor(images[start : start + batch]), size).to(net.head.weight.device)
        evidence = net.evidence(block.contiguous(memory_format=torch.channels_last)).cpu()
        logits.append(evidence.mean([2, 3]).unflatten(1, (len(ATTRIBUTES), GRADES)).numpy())
        maps.append(severity_maps(evidence).numpy())
    return np.concatenate(logits), np.concatenate(maps)


def fit_decoding(logits: NDArray, labels: NDArray, prior: Prior) -> Decoding:
    """Decoding for validation logits (N,5,5) and labels (N,5, -1 unlabelled); the prior (5,5) is that of training."""
    columns = range(len(ATTRIBUTES))
    known = [labels[:, a] >= 0 for a in columns]
    temperature = tuple(fit_temperature(logits[k, a], labels[k, a]) for a, k in zip(columns, known, strict=True))
    warm = Decoding(temperature, prior)
    probabilities = warm.probabilities(logits)
    q = tuple(conformal_threshold(probabilities[k, a], labels[k, a]) for a, k in zip(columns, known, strict=True))
    return Decoding(temperature, prior, warm.floor, q)


def fit_temperature(logits: NDArray, truth: NDArray) -> float:
    """The temperature with the least log loss; 1 when nothing is labelled."""
    if len(truth) == 0:
        return 1.0
    rows = np.arange(len(truth))
    losses = [-np.log(softmax(logits.astype(float) / t)[rows, truth] + 1e-12).mean() for t in TEMPERATURES]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 4)


def conformal_threshold(probabilities: NDArray, truth: NDArray) -> float:
    """The ceil((n+1) * coverage)-th smallest score of the truths; the largest possible when photos are too few."""
    rank = int(np.ceil((len(truth) + 1) * COVERAGE))
    if rank > len(truth):
        return float(GRADES - 1)
    scores = ranked_probability_scores(probabilities)[np.arange(len(truth)), truth]
    return round(float(np.sort(scores)[rank - 1]), 6)


def heatmap_scale(maps: NDArray) -> list[float]:
    """Per attribute the magnitude that is drawn opaque: the 99th percentile over validation photos."""
    return [round(float(np.quantile(np.abs(maps[:, a]), 0.99)), 5) for a in range(maps.shape[1])]
