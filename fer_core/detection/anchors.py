"""BlazeFace's raw output -> boxes, scores and keypoints.

The figures are MediaPipe's published graph options (``mediapipe/modules/face_detection``:
``face_detection_short_range.pbtxt``, ``face_detection_full_range.pbtxt``; the calculators
``SsdAnchorsCalculator`` and ``TensorsToDetectionsCalculator``). Architecture: Bazarevsky et al.
2019, "BlazeFace", arXiv 1907.05047.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from fer_core.types import FloatArray

NUM_KEYPOINTS: Final = 6
#: Logits are clipped to this, so that float32 holds (MediaPipe: 100).
MOST_LOGIT: Final = 80.0
#: x, y, width, height, then x, y of each keypoint (``reverse_output_order: true``).
NUM_COORDS: Final = 4 + 2 * NUM_KEYPOINTS


@dataclass(frozen=True, slots=True)
class AnchorLayout:
    """One network's grid of anchors.

    Attributes:
        input_size: width and height of the network's input in pixels.
        strides: of each layer of the anchor calculator; layers of equal stride share a grid.
        per_layer: anchors each layer puts on a cell: one of aspect ratio 1, and a second one
            where ``interpolated_scale_aspect_ratio`` is 1.
    """

    input_size: int
    strides: tuple[int, ...]
    per_layer: int


SHORT_RANGE: Final = AnchorLayout(128, (8, 16, 16, 16), 2)
FULL_RANGE: Final = AnchorLayout(192, (4,), 1)


def anchor_centers(layout: AnchorLayout) -> FloatArray:
    """(A, 2) float32: x, y of each anchor, 0..1 of the input.

    ``fixed_anchor_size`` makes every anchor as wide and high as the input, so the centre
    (offset 0.5 of a cell) is all there is. Order: grid by grid, row by row, cell by cell.
    """
    grids = []
    for stride in dict.fromkeys(layout.strides):
        cells = -(-layout.input_size // stride)
        repeats = layout.per_layer * layout.strides.count(stride)
        line = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        y, x = np.meshgrid(line, line, indexing="ij")
        grids.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), repeats, axis=0))
    return np.concatenate(grids).astype(np.float32)


def sigmoid(logits: FloatArray) -> FloatArray:
    """Logistic function; logits are clipped to +-``MOST_LOGIT``."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -MOST_LOGIT, MOST_LOGIT))), np.float32)


def decode(raw: FloatArray, centers: FloatArray, input_size: int) -> tuple[FloatArray, FloatArray]:
    """Regressor rows -> boxes and keypoints, 0..1 of the network's input.

    Args:
        raw: (N, 16) float32, in pixels of the input, relative to the anchor's centre.
        centers: (N, 2) float32, of the anchors of those rows.
        input_size: of the network.

    Returns:
        boxes (N, 4) float32 xyxy and keypoints (N, 6, 2) float32 xy.
    """
    scaled = raw / np.float32(input_size)
    center = scaled[:, :2] + centers
    half = scaled[:, 2:4] / 2
    boxes = np.concatenate([center - half, center + half], axis=1)
    keypoints = scaled[:, 4:NUM_COORDS].reshape(-1, NUM_KEYPOINTS, 2) + centers[:, None]
    return boxes, keypoints
