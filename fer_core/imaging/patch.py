"""The pixels of a box, and how light and how sharp they are."""

from typing import Final

import cv2
import numpy as np

from fer_core.types import FloatArray, ImageArray

#: Sharpness is measured at the size at which faces are classified.
_SIDE: Final = 48


def box_pixels(luma: ImageArray, box: FloatArray) -> ImageArray:
    """The part of a picture (h, w) uint8 inside a box (4,) x1 y1 x2 y2; a view, maybe empty."""
    height, width = luma.shape
    x1, y1, x2, y2 = (round(float(v)) for v in np.nan_to_num(box))
    return luma[max(0, y1) : min(height, max(y2, 0)), max(0, x1) : min(width, max(x2, 0))]


def mean_grey(pixels: ImageArray) -> float:
    """Mean grey level, 0..255; 0 of nothing."""
    return float(cv2.mean(pixels)[0]) if pixels.size else 0.0


def sharpness(pixels: ImageArray) -> float:
    """Variance of the Laplacian over the variance, at 48 x 48 pixels; 0 of nothing or one grey.

    The variance of the Laplacian is a usual measure of focus (Pech-Pacheco et al. 2000, "Diatom
    autofocusing in brightfield microscopy", ICPR); the ratio does not depend on contrast.
    """
    if not pixels.size:
        return 0.0
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    spread = float(cv2.meanStdDev(small)[1][0, 0])
    if spread < 1.0:
        return 0.0
    edges = cv2.Laplacian(small, cv2.CV_32F)
    return float(cv2.meanStdDev(edges)[1][0, 0] / spread) ** 2
