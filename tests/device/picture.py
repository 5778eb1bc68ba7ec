"""The picture that both sides compute instead of keeping it: see picture.mjs."""

import numpy as np
from numpy.typing import NDArray


def picture(width: int, height: int) -> NDArray[np.uint8]:
    """(height, width) uint8: waves, edges and a ramp; node computes the same."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    waves = 128 + 50 * np.sin(x / 9) * np.cos(y / 7) + 30 * ((x // 16 + y // 16) % 2)
    return np.clip(np.floor(waves + 20 * x / width), 0, 255).astype(np.uint8)
