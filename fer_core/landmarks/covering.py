"""Whether something covers a face: a hand, a mask, dark glasses.

The mesh draws eyes and a mouth whether they are to be seen or not, so its points are compared with
the picture. The face is brought to one place by its eyes and mouth; then are measured

- contrast, edges, mean light of each eye's region and of the mouth's, relative to the face;
- how alike the regions and the whole are to the mean face (correlation): where the mesh and the
  picture do not agree, something else is there;
- how alike each half is to the other, mirrored;
- the network's own presence.

A logistic function of these values and their squares gives 0..1, made by ``bench/covering.py`` on
FER-2013's training faces, as they are and with covers painted over: glasses, masks, hands on mouth
and eyes, half a face. One half is where one in a hundred uncovered faces would be called covered.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.types import FloatArray, ImageArray

#: From here on a face counts as covered.
COVERED: Final = 0.5
#: Side of the picture of a face, and where right eye, left eye and mouth are put in it.
SIDE: Final = 64
_PLACES: Final = np.array([[20, 22], [44, 22], [32, 46]], np.float32)
_FACE: Final = (slice(12, 58), slice(8, 56))
_EYES: Final = ((slice(14, 30), slice(10, 30)), (slice(14, 30), slice(34, 54)))
_MOUTH: Final = (slice(38, 56), slice(18, 46))
_LOWER: Final = (slice(38, 56), slice(8, 32))
_COARSE: Final = 4
_PRESENCE: Final = 10.0

#: Left half of the mean face at 16 x 16, in hundredths of its spread; the right half is its mirror.
_HALF: Final = (
    (-40, -51, -46, -18, 11, 30, 41, 46),
    (-44, -54, -38, -2, 24, 43, 54, 59),
    (-47, -54, -30, 10, 32, 48, 61, 67),
    (-44, -50, -22, 6, 15, 26, 47, 63),
    (-39, -42, -21, -15, -28, -38, -9, 37),
    (-30, -30, -14, -50, -84, -82, -34, 36),
    (-19, -13, 16, 27, 12, 10, 30, 61),
    (-14, -7, 25, 58, 69, 68, 57, 70),
    (-13, -8, 17, 51, 70, 56, 37, 53),
    (-14, -11, 5, 28, 40, 35, 15, 5),
    (-16, -14, -4, 11, 19, 22, 22, 16),
    (-18, -18, -12, 2, 9, -7, -21, -16),
    (-20, -22, -19, -11, 1, -3, -16, -20),
    (-23, -25, -26, -21, -9, 1, 3, 2),
    (-26, -28, -28, -26, -19, -6, 4, 8),
    (-28, -29, -30, -29, -24, -15, -7, -3),
)
_MEAN_FACE: Final = np.asarray(np.hstack([_HALF, np.array(_HALF)[:, ::-1]]) / 100, np.float32)
#: Weight of each value and of its square.
_WEIGHTS: Final = (
    (2.7732, 0.9504),  # weaker eye contrast
    (-0.9850, 0.8207),  # weaker eye edges
    (-0.5061, -1.1776),  # weaker eye likeness
    (2.6329, 2.6659),  # weaker eye light
    (2.1305, -0.5244),  # stronger eye contrast
    (0.6368, 1.8882),  # stronger eye edges
    (-0.1209, -0.3860),  # stronger eye likeness
    (-4.2407, 4.5476),  # stronger eye light
    (-2.4236, -1.2577),  # mouth contrast
    (-0.3020, 2.7230),  # mouth edges
    (-0.6877, -0.4226),  # mouth likeness
    (-1.5201, 0.7884),  # mouth light
    (2.8592, 1.7275),  # likeness of the whole
    (-1.4298, 3.4092),  # eyes mirrored
    (-1.1565, 0.9843),  # mouth mirrored
    (-1.1645, 0.0109),  # presence
)
_BIAS: Final = -0.735

Values = NDArray[np.float64]


def face_picture(luma: ImageArray, keypoints: FloatArray) -> ImageArray:
    """(64, 64) uint8: the face with eyes and mouth in their places.

    Args:
        luma: (H, W) uint8.
        keypoints: (6, 2) of the mesh, in the order of ``types.KEYPOINTS``.
    """
    to_places = cv2.getAffineTransform(np.float32(keypoints[[0, 1, 3]]), _PLACES)
    return np.asarray(
        cv2.warpAffine(
            luma, to_places, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def cover_values(picture: ImageArray, logit: float) -> Values:
    """(16,) float64: the values of the module's text, of a ``face_picture``.

    Args:
        picture: (64, 64) uint8.
        logit: of the network's presence.
    """
    light = picture.astype(np.float32)
    edges = np.abs(cv2.Sobel(light, cv2.CV_32F, 0, 1))
    coarse = coarse_face(picture)
    mean, spread = float(light[_FACE].mean()), float(light[_FACE].std()) + 4
    parts = []
    for region in (*_EYES, _MOUTH):
        rows = tuple(slice(s.start // _COARSE, -(-s.stop // _COARSE)) for s in region)
        parts.append(
            (
                np.log((float(light[region].std()) + 1) / (mean + 8)),
                np.log((float(edges[region].mean()) + 1) / (mean + 8)),
                _likeness(coarse[rows], _MEAN_FACE[rows]),
                (float(light[region].mean()) - mean) / spread,
            )
        )
    mirrored = light[:, ::-1]
    eyes = np.array(parts[:2])
    whole = (
        _likeness(coarse, _MEAN_FACE),
        _likeness(light[_EYES[0]], mirrored[_EYES[0]]),
        _likeness(light[_LOWER], mirrored[_LOWER]),
        logit / _PRESENCE,
    )
    return np.concatenate([eyes.min(0), eyes.max(0), parts[2], whole])


def coarse_face(picture: ImageArray) -> FloatArray:
    """(16, 16) float32 of a ``face_picture``: mean 0, spread about 1."""
    size = (SIDE // _COARSE, SIDE // _COARSE)
    small = cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray((small - small.mean()) / (small.std() + 4), np.float32)


def _likeness(a: FloatArray, b: FloatArray) -> float:
    """Correlation of two regions, -1..1."""
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / (np.sqrt((a * a).sum() * (b * b).sum()) + 1e-3))


def measure_cover(luma: ImageArray, keypoints: FloatArray, logit: float) -> float:
    """0 uncovered .. 1 covered; ``COVERED`` and above counts as covered.

    Args:
        luma: (H, W) uint8.
        keypoints: (6, 2) of the mesh, in the order of ``types.KEYPOINTS``.
        logit: of the mesh network's presence.
    """
    return cover_of(cover_values(face_picture(luma, keypoints), logit))


def cover_of(values: Values) -> float:
    """0 uncovered .. 1 covered, of the values that ``cover_values`` gives."""
    weights = np.array(_WEIGHTS)
    score = float(values @ weights[:, 0] + values**2 @ weights[:, 1]) + _BIAS
    return float(1 / (1 + np.exp(-np.clip(score, -30, 30))))
