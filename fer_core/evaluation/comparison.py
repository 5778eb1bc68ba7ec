"""Is one model better than another on the same images?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest


@dataclass(frozen=True, slots=True)
class McNemarResult:
    """``only_first`` and ``only_second``: images that one model alone got right."""

    only_first: int
    only_second: int
    p_value: float


def mcnemar_exact(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemarResult:
    """Exact two-sided McNemar test (McNemar 1947): binomial over the discordant images.

    Args:
        first, second: (N,) bool, whether each model was right, same images in the same order.

    Raises:
        ValueError: the arrays have different lengths.
    """
    if first.shape != second.shape:
        raise ValueError(
            f"Both models must have the same images. Received: {first.shape}, {second.shape}."
        )
    b = int((first & ~second).sum())
    c = int((second & ~first).sum())
    p_value = float(binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0
    return McNemarResult(b, c, p_value)
