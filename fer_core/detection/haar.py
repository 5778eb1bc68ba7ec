"""Viola and Jones' cascade (CVPR 2001), OpenCV's: the detector of the published systems."""

from pathlib import Path

import cv2
import numpy as np

from fer_core.errors import ConfigError, ModelError
from fer_core.imaging.frame import scaled_size
from fer_core.types import Faces, ImageArray

CASCADE = "haarcascade_frontalface_default.xml"

#: The cascade's own window: smaller faces cannot be found without enlarging the picture.
_WINDOW_PX = 24


class HaarDetector:
    """Upright frontal faces, square boxes, no keypoints (NaN), no confidence (scores are 1).

    Args:
        scale_factor: ratio of neighbouring scales, above 1; 1.2 is four to five times as fast as
            the usual 1.1 on a webcam picture, together with ``min_share``.
        min_neighbors: overlapping hits that a face needs.
        min_share: the smallest face, as share of the picture's longer side.
        max_side: larger pictures are shrunk first; None for every pixel.

    Raises:
        ConfigError: an option is out of range.
        ModelError: this OpenCV has no cascades (5.0 dropped them).
    """

    def __init__(
        self,
        scale_factor: float = 1.2,
        min_neighbors: int = 5,
        min_share: float = 0.125,
        max_side: int | None = 640,
    ) -> None:
        if not 1.01 <= scale_factor <= 2 or min_neighbors < 0 or not 0 <= min_share <= 1:
            raise ConfigError(
                "Haar needs scale_factor in 1.01..2, min_neighbors >= 0 and min_share in 0..1. "
                f"Received: {scale_factor}, {min_neighbors}, {min_share}."
            )
        self.max_side = max_side
        self._scale_factor = scale_factor
        self._min_neighbors = min_neighbors
        self._min_share = min_share
        folder = getattr(getattr(cv2, "data", None), "haarcascades", "")
        path = Path(folder) / CASCADE
        if not hasattr(cv2, "CascadeClassifier") or not path.is_file():
            raise ModelError(
                f"This OpenCV ({cv2.__version__}) has no {CASCADE}. "
                "Install opencv-python-headless 4.14 or a later 4.x."
            )
        self._cascade = cv2.CascadeClassifier(str(path))

    def detect(self, bgr: ImageArray) -> Faces:
        """The faces of a BGR picture (h, w, 3) uint8 of any size, largest first."""
        height, width = bgr.shape[:2]
        size = scaled_size(width, height, self.max_side)
        if min(size) < _WINDOW_PX:
            return Faces.empty()
        luma = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        if size != (width, height):
            luma = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
        smallest = max(_WINDOW_PX, round(self._min_share * max(size)))
        found = self._cascade.detectMultiScale(
            luma,
            scaleFactor=self._scale_factor,
            minNeighbors=self._min_neighbors,
            minSize=(smallest, smallest),
        )
        xywh = np.asarray(found, np.float32).reshape(-1, 4)
        xywh = xywh[np.argsort(-xywh[:, 2], kind="stable")]
        ratio = np.array([width / size[0], height / size[1]] * 2, np.float32)
        boxes = np.concatenate([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]], axis=1) * ratio
        return Faces(boxes, np.ones(len(boxes), np.float32))
