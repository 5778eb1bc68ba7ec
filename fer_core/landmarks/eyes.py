"""How far the eyes are open, from the mesh.

Eye aspect ratio (Soukupova and Cech 2016, "Real-Time Eye Blink Detection using Facial
Landmarks", Computer Vision Winter Workshop): height over width of the lid contour,
``(|p2 - p6| + |p3 - p5|) / (2 |p1 - p4|)``. The distances are taken in three dimensions, so that
a turned head does not make an eye narrower or rounder: on 2,851 FER-2013 training faces
(``bench/face_shape.py``) the ratios of the two eyes then correlate with 0.95, in the picture
plane with 0.34.

The ratio becomes an openness by a line: 0.15 is closed, 0.25 open, so that the paper's usual
blink threshold, 0.2, is one half. On the same faces the ratio has its 1st percentile at 0.19,
its 10th at 0.23 and its median at 0.28. The mesh draws lids rather too far apart: squinting
laughter and closed eyes look alike to it, so read openness over a second, not in one frame.
"""

from typing import Final

import numpy as np

from fer_core.types import FloatArray

#: p1 .. p6 of the paper as mesh indices (corner, upper lid twice, corner, lower lid twice).
RIGHT_EYE: Final = (33, 160, 158, 133, 153, 144)
LEFT_EYE: Final = (263, 387, 385, 362, 380, 373)
CLOSED_RATIO: Final = 0.15
OPEN_RATIO: Final = 0.25


def aspect_ratio(contour: FloatArray) -> float:
    """Eye aspect ratio of the six points p1 .. p6, (6, 2) or (6, 3); NaN for a flat width."""
    p = np.asarray(contour, np.float64)
    width = float(np.linalg.norm(p[0] - p[3]))
    if not width > 0:
        return float("nan")
    return float(np.linalg.norm(p[1] - p[5]) + np.linalg.norm(p[2] - p[4])) / (2 * width)


def openness(ratio: float) -> float:
    """Aspect ratio -> 0 closed .. 1 open; NaN stays NaN."""
    return min(max((ratio - CLOSED_RATIO) / (OPEN_RATIO - CLOSED_RATIO), 0.0), 1.0)


def measure_eyes(mesh: FloatArray) -> tuple[float, float]:
    """Openness of the right and the left eye of a mesh (468, 3), each 0..1."""
    return (
        openness(aspect_ratio(mesh[list(RIGHT_EYE)])),
        openness(aspect_ratio(mesh[list(LEFT_EYE)])),
    )


def eye_centers(mesh: FloatArray) -> FloatArray:
    """(2, 2) float32: centres of the right and the left eye, the means of their contours."""
    return np.stack([mesh[list(RIGHT_EYE), :2].mean(0), mesh[list(LEFT_EYE), :2].mean(0)])
