"""The square that the mesh looks at: where it lies, and the way there and back.

MediaPipe's rule (``face_detection_front_detection_to_roi.pbtxt``): centred on the box, 1.5 times
its longer side, turned so that the line from the right to the left eye is level.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.types import FloatArray

#: Side of the square / longer side of the detector's box.
SCALE: Final = 1.5


@dataclass(frozen=True, slots=True)
class Region:
    """A turned square of the frame.

    Attributes:
        center: x, y in pixels of the frame.
        side: in pixels of the frame, above 0.
        angle: radians, clockwise as seen: the direction of the square's own x axis.
    """

    center: tuple[float, float]
    side: float
    angle: float

    def to_crop(self, size: int) -> FloatArray:
        """(2, 3) float32: affine map from the frame to a crop of ``size`` pixels."""
        zoom = size / self.side
        cos, sin = zoom * np.cos(self.angle), zoom * np.sin(self.angle)
        linear = np.array([[cos, sin], [-sin, cos]])
        shift = size / 2 - linear @ np.array(self.center)
        return np.column_stack([linear, shift]).astype(np.float32)

    def to_frame(self, points: FloatArray, size: int) -> FloatArray:
        """Points (M, 3) of a crop of ``size`` pixels -> (M, 3) float32 of the frame.

        Depth grows with the scale, so that the three axes keep the same unit.
        """
        zoom = self.side / size
        cos, sin = zoom * np.cos(self.angle), zoom * np.sin(self.angle)
        xy = (points[:, :2] - size / 2) @ np.array([[cos, sin], [-sin, cos]])
        xy = xy + np.array(self.center)
        return np.column_stack([xy, points[:, 2] * zoom]).astype(np.float32)


def region_of(box: FloatArray, keypoints: FloatArray) -> Region | None:
    """Where to look for one face.

    Args:
        box: (4,) x1 y1 x2 y2.
        keypoints: (6, 2); only the eyes are used, and only where both are finite: without them
            the square is upright.

    Returns:
        None where the box is not finite or has no area.
    """
    x1, y1, x2, y2 = (float(v) for v in box)
    side = SCALE * max(x2 - x1, y2 - y1)
    if not np.isfinite([x1, y1, x2, y2]).all() or x2 <= x1 or y2 <= y1:
        return None
    eyes: NDArray[np.float64] = np.asarray(keypoints[:2], np.float64)
    across = eyes[1] - eyes[0]
    known = bool(np.isfinite(across).all() and across.any())
    angle = float(np.arctan2(across[1], across[0])) if known else 0.0
    return Region(((x1 + x2) / 2, (y1 + y2) / 2), side, angle)
