"""BlazeFace: MediaPipe's detectors, run by LiteRT and decoded here."""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from fer_core.detection import anchors
from fer_core.detection.nms import keep_whole, merge_weighted
from fer_core.errors import ConfigError
from fer_core.imaging.frame import scaled_size
from fer_core.mediapipe import make_interpreter, read_weights
from fer_core.types import Faces, FloatArray, ImageArray


@dataclass(frozen=True, slots=True)
class Variant:
    """One published network.

    Attributes:
        file_name: of its weights, a key of ``mediapipe.KNOWN_FILES``.
        layout: of its anchors.
        min_share: smallest share of the view that a face must fill, as measured
            (docs/framing.md).
    """

    file_name: str
    layout: anchors.AnchorLayout
    min_share: float


VARIANTS: Final[dict[str, Variant]] = {
    "short": Variant("face_detection_short_range.tflite", anchors.SHORT_RANGE, 0.24),
    "full": Variant("face_detection_full_range_sparse.tflite", anchors.FULL_RANGE, 0.12),
}


class BlazeFaceDetector:
    """BlazeFace with six keypoints; faces may be tilted by about 45 degrees.

    Args:
        variant: a key of ``VARIANTS``.
        min_score: detections below are dropped; 0.5 is MediaPipe's default.

    Raises:
        ConfigError: ``min_score`` is not inside 0..1.
        ModelError: the weights are missing or not the known ones.
    """

    def __init__(self, variant: str = "short", min_score: float = 0.5) -> None:
        if not 0 < min_score < 1:
            raise ConfigError(f"min_score must lie between 0 and 1. Received: {min_score}.")
        chosen = VARIANTS[variant]
        self.input_size = chosen.layout.input_size
        self.max_side: int | None = self.input_size
        self.min_score = min_score
        self._min_logit = float(np.log(min_score / (1 - min_score)))
        self._centers = anchors.anchor_centers(chosen.layout)
        self._net = make_interpreter(read_weights(chosen.file_name))
        self._input: int = self._net.get_input_details()[0]["index"]
        outputs = {int(d["shape"][-1]): d["index"] for d in self._net.get_output_details()}
        self._regressors, self._logits = outputs[anchors.NUM_COORDS], outputs[1]
        side = self.input_size
        # Written anew for every picture; -1 is black, MediaPipe's border (BORDER_ZERO).
        self._tensor: FloatArray = np.full((1, side, side, 3), -1, np.float32)

    def detect(self, bgr: ImageArray) -> Faces:
        """The faces of a BGR picture (h, w, 3) uint8 of any size, best score first."""
        height, width = bgr.shape[:2]
        boxes, scores, keypoints = merge_weighted(*self.detect_raw(bgr))
        if not len(boxes):
            return Faces.empty()
        if len(boxes) > 1:
            rows = keep_whole(boxes, scores)
            boxes, scores, keypoints = boxes[rows], scores[rows], keypoints[rows]
        side = max(width, height)
        offset = np.array([side - width, side - height], np.float32) / np.float32(2)
        boxes = boxes * np.float32(side) - np.tile(offset, 2)
        return Faces(boxes, scores, keypoints=keypoints * np.float32(side) - offset)

    def detect_raw(self, bgr: ImageArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Boxes (N, 4), scores (N,) and keypoints (N, 6, 2) before suppression.

        Coordinates are 0..1 of the square that the picture is padded to, centred in it.
        """
        self._fill_input(bgr)
        self._net.set_tensor(self._input, self._tensor)
        self._net.invoke()
        logits = self._net.get_tensor(self._logits).reshape(-1)
        rows = np.flatnonzero(logits >= self._min_logit)  # false for NaN as well
        raw: Any = self._net.get_tensor(self._regressors)[0, rows]
        boxes, keypoints = anchors.decode(raw, self._centers[rows], self.input_size)
        return boxes, anchors.sigmoid(logits[rows]), keypoints

    def _fill_input(self, bgr: ImageArray) -> None:
        """Letterbox: scale to fit, centre, black border, RGB in -1..1."""
        side = self.input_size
        height, width = bgr.shape[:2]
        longer = max(width, height)
        if longer > side:
            small = cv2.resize(bgr, scaled_size(width, height, side), interpolation=cv2.INTER_AREA)
        elif longer < side:
            size = max(1, round(width * side / longer)), max(1, round(height * side / longer))
            small = cv2.resize(bgr, size, interpolation=cv2.INTER_LINEAR)
        else:
            small = bgr
        h, w = small.shape[:2]
        top, left = (side - h) // 2, (side - w) // 2
        if (h, w) != (side, side):
            self._tensor.fill(-1)
        target = self._tensor[0, top : top + h, left : left + w]
        rgb = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)  # four times as fast as a reversed view
        np.multiply(rgb, np.float32(1 / 127.5), out=target)
        target -= 1
