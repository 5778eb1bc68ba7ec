"""Whether something covers a face: a hand, a mask, dark glasses.

The mesh draws eyes and a mouth whether they are to be seen or not, so its points are compared with
the picture. The face is brought to one place by its eyes and mouth; then are measured

- contrast, edges, mean light of each eye's region and of the mouth's, relative to the face;
- how alike the regions and the whole are to the mean face (correlation): where the mesh and the
  picture do not agree, something else is there;
- how alike each half is to the other, mirrored;
- the network's own presence.

A logistic function of these values and their squares gives 0..1, made by a first version of
``bench/covering.py`` on FER-2013's training faces, as they are and with covers painted over:
glasses, masks, hands on mouth and eyes, half a face. One half is where one in a hundred uncovered
faces would be called covered.
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
    (-40, -53, -47, -17, 12, 32, 43, 47),
    (-45, -56, -39, -1, 25, 43, 55, 60),
    (-47, -56, -30, 10, 32, 48, 61, 67),
    (-45, -50, -22, 6, 14, 25, 45, 62),
    (-39, -42, -21, -15, -29, -39, -10, 36),
    (-30, -30, -14, -51, -86, -82, -34, 36),
    (-20, -13, 15, 26, 11, 9, 29, 61),
    (-15, -8, 24, 57, 68, 68, 57, 70),
    (-14, -9, 16, 51, 73, 58, 37, 55),
    (-14, -11, 5, 30, 44, 36, 13, 5),
    (-16, -15, -4, 11, 20, 27, 27, 20),
    (-18, -18, -11, 3, 8, -14, -29, -22),
    (-20, -22, -20, -9, 2, -2, -16, -17),
    (-23, -26, -27, -21, -8, 2, 4, 2),
    (-25, -29, -29, -27, -19, -6, 7, 12),
    (-27, -30, -30, -29, -25, -16, -5, 1),
)
_MEAN_FACE: Final = np.asarray(np.hstack([_HALF, np.array(_HALF)[:, ::-1]]) / 100, np.float32)
#: Weight of each value and of its square.
_WEIGHTS: Final = (
    (2.6600, 0.8802),  # weaker eye contrast
    (-1.5495, 0.7080),  # weaker eye edges
    (-1.0586, -0.0691),  # weaker eye likeness
    (2.8247, 3.0179),  # weaker eye light
    (2.4791, -0.5093),  # stronger eye contrast
    (0.6792, 2.1170),  # stronger eye edges
    (0.3170, -1.7552),  # stronger eye likeness
    (-4.6120, 4.3103),  # stronger eye light
    (-2.2018, -0.9788),  # mouth contrast
    (0.1645, 2.4756),  # mouth edges
    (-0.1118, 0.6060),  # mouth likeness
    (-1.5811, -0.3036),  # mouth light
    (2.8319, 2.2223),  # likeness of the whole
    (-1.3313, 2.9643),  # eyes mirrored
    (-1.6405, 0.7949),  # mouth mirrored
    (-1.0853, -0.0004),  # presence
)
_BIAS: Final = -0.4069

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
    values = cover_values(face_picture(luma, keypoints), logit)
    weights = np.array(_WEIGHTS)
    score = float(values @ weights[:, 0] + values**2 @ weights[:, 1]) + _BIAS
    return float(1 / (1 + np.exp(-np.clip(score, -30, 30))))
