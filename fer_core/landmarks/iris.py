"""Whether an eye is closed, from the picture: the mesh's lids hardly move when an eye is shut.

On the portrait with its lids painted shut the mesh's lid opening falls by 9 %, less than a smile
changes it. What does change is that the iris, darker than all around it, is no longer there.
Iris contrast is how much darker than the skin around is the darkest thing in the eye that is no
thin line: lashes and the line of a closed lid are taken away by a grey-scale closing (Serra 1982,
"Image Analysis and Mathematical Morphology") whose window is higher than they are and lower than an
open eye. About 0.65 with open eyes on the portrait and below 0.15 with painted ones, at every size
from 60 px of face up (``bench measures``). It depends on lighting and colour of the eye, so
compare it with the same person's own: ``temporal.blinks``.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.landmarks.eyes import LEFT_EYE, RIGHT_EYE
from fer_core.types import FloatArray, ImageArray

#: Pixels of the patch that an eye is laid into, as wide as the eye.
WIDTH, HEIGHT = 40, 28
#: Window of the closing, in pixels of the patch: a fifth of the eye's width high.
WINDOW: Final = np.ones((8, 3), np.uint8)
#: What is left out at the patch's border, where brow and nose begin.
EDGE_X, EDGE_Y = 6, 4
SKIN: Final = 0.80
DARK: Final = 0.05
#: The corners of each eye, from the picture's left to its right.
CORNERS: Final = ((RIGHT_EYE[0], RIGHT_EYE[3]), (LEFT_EYE[3], LEFT_EYE[0]))


def iris_contrasts(luma: ImageArray, mesh: FloatArray) -> NDArray[np.float32]:
    """(2,) float32: of the right and the left eye, 0 nothing dark .. 1 black; NaN without width.

    Args:
        luma: (H, W) uint8.
        mesh: (468, 3) in pixels of it.
    """
    return np.array([_contrast(luma, mesh[list(pair), :2]) for pair in CORNERS], np.float32)


def _contrast(luma: ImageArray, corners: FloatArray) -> float:
    across = corners[1] - corners[0]
    width = float(np.hypot(*across))
    if not width > 0:
        return float("nan")
    cos, sin = across / width * (WIDTH / width)
    linear = np.array([[cos, sin], [-sin, cos]])
    shift = np.array([WIDTH, HEIGHT]) / 2 - linear @ corners.mean(0)
    patch = cv2.warpAffine(
        luma,
        np.column_stack([linear, shift]),
        (WIDTH, HEIGHT),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    closed = cv2.morphologyEx(patch, cv2.MORPH_CLOSE, WINDOW)[EDGE_Y:-EDGE_Y, EDGE_X:-EDGE_X]
    skin, dark = _rank(patch, SKIN), _rank(closed, DARK)
    return max(0.0, 1.0 - dark / max(skin, 1.0))


def _rank(values: ImageArray, share: float) -> float:
    """The value that this share of the pixels does not exceed."""
    rank = int(share * (values.size - 1))
    return float(np.partition(values, rank, axis=None)[rank])
