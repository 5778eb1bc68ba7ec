"""The portrait with its eyes painted shut."""

import cv2
import numpy as np

#: Contours of the eyes, and their lower lids, as mesh indices.
_CONTOURS = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
_LOWER_LIDS = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (263, 249, 390, 373, 374, 380, 381, 382, 362),
)
#: On the cheek below each eye: the colour of the lids.
_CHEEKS = ((119, 118), (348, 347))
_LASHES = np.array([40, 50, 70])


def shut_eyes(image: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 BGR: skin over both eyes, and a dark line where the lids meet."""
    out = image.astype(np.float32)
    unit = float(np.linalg.norm(mesh[33, :2] - mesh[263, :2]))
    for contour, lower, cheek in zip(_CONTOURS, _LOWER_LIDS, _CHEEKS, strict=True):
        points = mesh[list(contour), :2]
        lid = points.mean(0) + (points - points.mean(0)) * [1.15, 1.95]
        mask = cv2.fillPoly(np.zeros(image.shape[:2], np.float32), [lid.astype(np.int32)], 1.0)
        mask = cv2.GaussianBlur(mask, (0, 0), 0.015 * unit)[..., None]
        (x, y), r = mesh[list(cheek), :2].mean(0).astype(int), int(0.05 * unit) + 1
        skin = image[y - r : y + r + 1, x - r : x + r + 1].reshape(-1, 3).mean(0) * 0.93
        out = out * (1 - mask) + skin * mask
        line = np.round(mesh[list(lower), :2]).astype(np.int32).reshape(-1, 1, 2)
        drawn = np.zeros(image.shape[:2], np.float32)
        cv2.polylines(drawn, [line], False, 0.6, max(1, int(0.02 * unit)), cv2.LINE_AA)
        out = out * (1 - drawn[..., None]) + _LASHES * drawn[..., None]
    return np.asarray(out.clip(0, 255), np.uint8)
