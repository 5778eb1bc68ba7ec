"""Faces that are tilted by more than 45 degrees: the picture is looked at in four turns.

Detectors find faces up to about 45 degrees from upright. What a turn finds is brought back to the
picture as it was; of boxes that cover each other, the surest stays.
"""

from typing import Final

import numpy as np

from fer_core.detection.nms import keep_best
from fer_core.detection.protocol import FaceDetector
from fer_core.types import Faces, FloatArray, ImageArray

#: Boxes that cover more than this share of the smaller one are one face, seen in two turns.
_SAME_FACE: Final = 0.5


class TiltedDetector:
    """Another detector over the four turns of a picture, in four times its time.

    Args:
        detector: looks at each turn.
    """

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector
        self.max_side: int | None = detector.max_side

    def detect(self, bgr: ImageArray) -> Faces:
        """The faces of a BGR picture (h, w, 3) uint8, best score first.

        Keypoints are those of the face, so that eyes of one upside down stand on its own right
        and left.
        """
        height, width = bgr.shape[:2]
        parts = []
        for turns in range(4):
            faces = self._detector.detect(np.ascontiguousarray(np.rot90(bgr, turns)))
            if len(faces):
                parts.append(_turned_back(faces, turns, width, height))
        if not parts:
            return Faces.empty()
        boxes, scores, keypoints = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("boxes", "scores", "keypoints")
        )
        kept = keep_best(boxes, scores, _SAME_FACE)
        return Faces(boxes[kept], scores[kept], keypoints=keypoints[kept])


def _turned_back(faces: Faces, turns: int, width: int, height: int) -> Faces:
    """What was found after ``turns`` quarter turns to the left, in the picture before them."""
    corners = _points_back(faces.boxes.reshape(-1, 2), turns, width, height).reshape(-1, 2, 2)
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    points = _points_back(faces.keypoints.reshape(-1, 2), turns, width, height)
    return faces.with_(boxes=boxes, keypoints=points.reshape(faces.keypoints.shape))


def _points_back(points: FloatArray, turns: int, width: int, height: int) -> FloatArray:
    """(N, 2) x and y, in pixels of a picture of ``width`` and ``height`` before its turns."""
    x, y = points[:, 0], points[:, 1]
    back = {0: (x, y), 1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}[turns]
    return np.stack(back, axis=1).astype(np.float32)
