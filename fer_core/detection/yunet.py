"""YuNet (Wu, Peng and Yu 2023, Machine Intelligence Research 20) through OpenCV's own reader.

Mien ships no weights for it: the user brings ``face_detection_yunet_2023mar.onnx`` (MIT) from the
OpenCV model zoo, https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from fer_core.errors import ConfigError, ModelError
from fer_core.imaging.frame import scaled_size
from fer_core.types import Faces, ImageArray

_ADVICE: Final = (
    "Download face_detection_yunet_2023mar.onnx from the OpenCV model zoo "
    "(github.com/opencv/opencv_zoo) and name its path."
)


class YuNetDetector:
    """YuNet with eyes, nose and mouth; its ears are NaN, ``mouth_center`` lies midway between
    the corners it finds.

    Args:
        model_path: the .onnx file.
        min_score: detections below are dropped.
        max_side: larger pictures are shrunk first; the smallest face is about 10 px then.

    Raises:
        ConfigError: no path, or ``min_score`` outside 0..1.
        ModelError: the file is missing or no YuNet model.
    """

    def __init__(
        self,
        model_path: str | Path | None = None,
        min_score: float = 0.7,
        max_side: int | None = 640,
    ) -> None:
        if not model_path:
            raise ConfigError(f"The detector 'yunet' needs a model file. Received: none. {_ADVICE}")
        if not 0 < min_score < 1:
            raise ConfigError(f"min_score must lie between 0 and 1. Received: {min_score}.")
        path = Path(model_path)
        if not path.is_file():
            raise ModelError(f"The YuNet model file does not exist. Received: {path}. {_ADVICE}")
        self.max_side = max_side
        try:
            self._net = cv2.FaceDetectorYN.create(str(path), "", (320, 320), min_score, 0.3, 5000)
            # The file is read lazily in part: a foreign network fails at its first picture.
            self._net.detect(np.zeros((320, 320, 3), np.uint8))
        except cv2.error as error:
            raise ModelError(
                f"OpenCV cannot use this file as a YuNet model. Received: {path}. {_ADVICE}"
            ) from error

    def detect(self, bgr: ImageArray) -> Faces:
        """The faces of a BGR picture (h, w, 3) uint8 of any size, best score first."""
        height, width = bgr.shape[:2]
        size = scaled_size(width, height, self.max_side)
        if size != (width, height):
            bgr = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._net.setInputSize(size)
        _, found = self._net.detect(bgr)
        # A row: x, y, width, height; x, y of right eye, left eye, nose tip, right and left
        # corner of the mouth; score.
        rows = np.asarray([] if found is None else found, np.float32).reshape(-1, 15)
        rows = rows[np.argsort(-rows[:, 14], kind="stable")]
        ratio = np.array([width / size[0], height / size[1]], np.float32)
        boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1)
        points = rows[:, 4:14].reshape(-1, 5, 2) * ratio
        keypoints = np.full((len(rows), 6, 2), np.nan, np.float32)
        keypoints[:, :3] = points[:, :3]
        keypoints[:, 3] = points[:, 3:].mean(axis=1)
        scores = np.clip(rows[:, 14], 0, 1)
        return Faces(boxes * np.tile(ratio, 2), scores, keypoints=keypoints)
