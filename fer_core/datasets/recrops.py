"""The same photograph cut out twice: shifted or scaled, which a hash of the pixels does not see.

FER-2013 holds such pairs, most of them among its few faces of disgust.
"""

from typing import Final

import cv2
import numpy as np

from fer_core.types import FloatArray, ImageArray

#: Scales that are tried; between them the correlation of a face hardly falls.
SCALES: Final = (0.8, 0.9, 1.0, 1.1, 1.25)
#: Side of the middle part that is looked for, as a share of the picture.
PART: Final = 0.625
#: Among 280 faces of FER-2013 the six pairs of one photograph had 0.948 to 0.972, the next pair,
#: of two photographs, 0.929: a face too many is refused rather than a duplicate let in.
MIN_CORRELATION: Final = 0.9


def middle_parts(image: ImageArray) -> list[ImageArray]:
    """The middle of a picture (h, h) uint8 at each of ``SCALES``, all of one size."""
    side = image.shape[0]
    part = round(PART * side)
    parts = []
    for scale in SCALES:
        size = round(scale * side)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        scaled = cv2.resize(image, (size, size), interpolation=way)
        at = (size - part) // 2
        parts.append(np.asarray(scaled[at : at + part, at : at + part], np.uint8))
    return parts


def recrop_correlation(image: ImageArray, others: ImageArray) -> FloatArray:
    """(N,) float32: the best Pearson correlation of the picture's middle with a part of each other.

    Args:
        image: (h, h) uint8.
        others: (N, h, h) uint8.
    """
    parts = middle_parts(image)
    best = [
        max(float(cv2.matchTemplate(other, part, cv2.TM_CCOEFF_NORMED).max()) for part in parts)
        for other in others
    ]
    return np.asarray(best, np.float32)


def is_recrop_of(image: ImageArray, others: ImageArray) -> bool:
    """Whether one of ``others`` (N, h, h) uint8 shows the photograph of ``image`` (h, h)."""
    return bool((recrop_correlation(image, others) >= MIN_CORRELATION).any())
