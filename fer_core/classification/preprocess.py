"""From uint8 crops to the network's input: NumPy's twin of ``training.augmentation.normalize``."""

import numpy as np

from fer_core.types import FloatArray, ImageArray

#: A flat crop (all one grey) must not be divided by nothing; the same floor as in training.
MIN_DEVIATION = 8.0


def normalize(crops: ImageArray, mode: str) -> FloatArray:
    """Crops (N, h, w) uint8 as float32 (N, h, w, 1).

    ``image``: zero mean and unit deviation per crop, so that light and contrast do not matter;
    ``unit``: 0..1; ``signed``: -1..1.
    """
    x = crops[..., None].astype(np.float32)
    if mode == "unit":
        return np.asarray(x / np.float32(255.0), np.float32)
    if mode == "signed":
        return np.asarray(x / np.float32(127.5) - np.float32(1.0), np.float32)
    x -= x.mean(axis=(1, 2, 3), keepdims=True)
    deviation = np.sqrt(np.square(x).mean(axis=(1, 2, 3), keepdims=True))
    x /= np.maximum(deviation, np.float32(MIN_DEVIATION))
    return x
