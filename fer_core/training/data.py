"""From a data set and a recipe to arrays to train on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.types import ImageArray


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What training reads.

    Attributes:
        train_images: (N, size, size) uint8.
        targets: ``fer`` (N, classes) and, by recipe, ``ferplus`` (N, 8), float32; a row of zeros
            has no target for that output.
        weights: (N,) float32, mean 1.
        val_images, val_labels: (M, size, size) uint8, (M,) int64.
        val_majority: (M,) int64 FER+ majority of the validation images, -1 where there is none;
            looked at, never trained on.
        description: source, hash, split and counts, for ``config.json``.
    """

    train_images: ImageArray
    targets: dict[str, NDArray[np.float32]]
    weights: NDArray[np.float32]
    val_images: ImageArray
    val_labels: NDArray[np.int64]
    val_majority: NDArray[np.int64] | None
    description: dict[str, Any]
