"""The rigid part of an average face, measured: brow, nose bridge, eye corners, temples.

Made by ``bench/face_shape.py``: the meshes of 2,851 of 3,000 FER-2013 training pictures (those
that the detector and the mesh call a face), generalised Procrustes analysis (Gower 1975,
Psychometrika 40), each half averaged with the mirrored other, the median pitch made zero. The
unit is the distance between the outer eye corners. Axes: x to the picture's right, y down, z away
from the camera.

Lips, chin, cheeks and nostrils are left out: they move with the expression.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Mesh index, y, z of points on the midline (x is 0).
MIDLINE: Final = (
    (10, -0.3795, -0.2639),
    (151, -0.2146, -0.2887),
    (9, -0.0594, -0.2982),
    (8, 0.0329, -0.2769),
    (168, 0.1228, -0.2689),
    (6, 0.2203, -0.3084),
    (197, 0.3019, -0.3573),
    (195, 0.3760, -0.4086),
)
#: Mesh index of the subject's right and left point, x, y, z of the right one (x of the left: -x).
PAIRS: Final = (
    (33, 263, -0.5000, 0.1509, -0.0337),
    (133, 362, -0.1944, 0.1755, -0.0946),
    (127, 356, -0.7423, 0.1377, 0.4907),
    (234, 454, -0.7287, 0.2769, 0.5526),
    (103, 332, -0.5488, -0.3057, -0.0530),
    (67, 297, -0.3885, -0.3555, -0.1760),
    (109, 338, -0.2105, -0.3764, -0.2462),
    (54, 284, -0.6498, -0.2252, 0.0877),
    (21, 251, -0.7101, -0.1199, 0.2261),
    (162, 389, -0.7391, -0.0056, 0.3706),
    (123, 352, -0.6686, 0.4470, 0.1113),
)


def _assemble() -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    rows: list[tuple[int, float, float, float]] = [(i, 0.0, y, z) for i, y, z in MIDLINE]
    for right, left, x, y, z in PAIRS:
        rows += [(right, x, y, z), (left, -x, y, z)]
    return np.array([row[0] for row in rows]), np.array([row[1:] for row in rows])


#: (M,) mesh indices and (M, 3) float64 places of the same points.
RIGID_INDICES, RIGID_SHAPE = _assemble()
