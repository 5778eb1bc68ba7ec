"""Pictures whose faces lie at known places, all made from the committed portrait."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from fer_core.types import ImageArray

PORTRAIT = Path(__file__).parents[2] / "fer_core" / "assets" / "astronaut.png"

#: Marked by hand in the portrait, in pixels: centres of the pupils, and the face from the brows'
#: top to the chin, ear to ear.
RIGHT_EYE, LEFT_EYE = (205.0, 103.0), (247.0, 108.0)
FACE_CENTER, FACE_SIDE = (224.0, 128.0), 95.0


@cache
def portrait() -> ImageArray:
    """(512, 512, 3) uint8 BGR."""
    image = cv2.imread(str(PORTRAIT))
    assert image is not None
    image.setflags(write=False)
    return image


@dataclass(frozen=True)
class Placed:
    """Where the portrait's face lies in a scene, in pixels."""

    scale: float
    left: float
    top: float

    def map(self, point: tuple[float, float]) -> np.ndarray:
        return np.array([self.left + point[0] * self.scale, self.top + point[1] * self.scale])

    @property
    def side(self) -> float:
        return FACE_SIDE * self.scale


def backdrop(width: int, height: int) -> ImageArray:
    """A smooth gradient: nothing in it looks like a face."""
    x, y = np.meshgrid(np.linspace(60, 150, width), np.linspace(0, 60, height))
    return np.dstack([x, x + y, 200 - y]).astype(np.uint8)


def scene(
    width: int, height: int, faces: list[tuple[float, float, float]]
) -> tuple[ImageArray, list[Placed]]:
    """Portraits, cut at the frame, on a backdrop; each by its face's centre x, y and side in px."""
    canvas, placed = backdrop(width, height), []
    for x, y, side in faces:
        scale = side / FACE_SIDE
        # Head and shoulders only, so that neighbours do not cover each other.
        left, top, right, bottom = 90, 0, 360, 300
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        part = cv2.resize(
            portrait()[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=method
        )
        x0 = round(x - (FACE_CENTER[0] - left) * scale)
        y0 = round(y - (FACE_CENTER[1] - top) * scale)
        rows, columns = part.shape[:2]
        y1, x1 = min(height, y0 + rows), min(width, x0 + columns)
        canvas[max(0, y0) : y1, max(0, x0) : x1] = part[
            max(0, -y0) : y1 - y0, max(0, -x0) : x1 - x0
        ]
        placed.append(Placed(scale, x0 - left * scale, y0 - top * scale))
    return canvas, placed
