"""Batches in an order that depends on seed and epoch only, so that a resumed run sees the same."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.types import ImageArray

FloatMatrix = NDArray[np.float32]


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled batches of equal size; the images of an epoch that do not fill one are left out.

    Args:
        images: (N, h, w) or (N, h, w, 3) uint8.
        targets: name of the output -> (N, classes) float32, rows that sum to 1, or to 0 where
            there is no target for that output.
        weights: (N,) float32, how much each image counts.
        mixup: parameter of the Beta distribution (Zhang et al. 2018, arXiv 1710.09412); 0: off.
        cutmix: the same, for a rectangle of another image in its place (Yun et al. 2019, arXiv
            1905.04899); with both, each batch draws which.
    """

    def __init__(
        self,
        images: ImageArray,
        targets: dict[str, FloatMatrix],
        *,
        batch_size: int,
        seed: int,
        weights: NDArray[np.float32] | None = None,
        mixup: float = 0.0,
        cutmix: float = 0.0,
    ) -> None:
        super().__init__()
        self.images = images[..., None] if images.ndim == 3 else images
        self.targets = targets
        self.weights = np.ones(len(images), np.float32) if weights is None else weights
        self.batch_size = min(batch_size, len(images))
        self.seed, self.mixup, self.cutmix = seed, mixup, cutmix
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Draw the order of ``epoch``."""
        self._rng = np.random.default_rng((self.seed, epoch))
        self._order = self._rng.permutation(len(self.images))

    def __len__(self) -> int:
        return len(self.images) // self.batch_size

    def __getitem__(self, index: int) -> tuple[Any, dict[str, FloatMatrix], NDArray[np.float32]]:
        rows = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        x = self.images[rows].astype(np.float32)
        y = {name: target[rows] for name, target in self.targets.items()}
        if self.mixup or self.cutmix:
            rng = np.random.default_rng((self.seed, *rows[:2]))
            x, share = self._mix(x, rng)
            y = {name: share * t + (1 - share) * t[::-1] for name, t in y.items()}
        return x, y, self.weights[rows]

    def _mix(self, x: Any, rng: np.random.Generator) -> tuple[Any, np.float32]:
        """Images mixed with those of the batch in reverse, and what share of each is its own."""
        if self.mixup:
            share = np.float32(rng.beta(self.mixup, self.mixup))
            if not self.cutmix or rng.random() < 0.5:
                return share * x + (1 - share) * x[::-1], share
        height, width = x.shape[1:3]
        side = np.sqrt(1 - rng.beta(self.cutmix, self.cutmix))
        top, left = (rng.integers(0, n - int(side * n) + 1) for n in (height, width))
        place = np.s_[:, top : top + int(side * height), left : left + int(side * width)]
        mixed = x.copy()
        mixed[place] = x[::-1][place]
        own = 1 - int(side * height) * int(side * width) / (height * width)
        return mixed, np.float32(own)


def one_hot(labels: NDArray[np.int64], classes: int) -> FloatMatrix:
    """(N,) class numbers as (N, classes) float32: 1 at its class, else 0."""
    return np.eye(classes, dtype=np.float32)[labels]


def class_weights(labels: NDArray[np.int64], classes: int, mode: str) -> NDArray[np.float32]:
    """(N,) float32 with mean 1: equal, or by the inverse (root of the) class frequency."""
    counts = np.maximum(np.bincount(labels, minlength=classes), 1).astype(np.float64)
    power = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}[mode]
    weights = (1.0 / counts**power)[labels]
    return np.asarray(weights / weights.mean(), np.float32)
