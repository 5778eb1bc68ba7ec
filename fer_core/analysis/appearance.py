"""What a face and what is around it look like, to find both again in another place and size.

It is a small grey picture of that part of the frame, compared pixel by pixel. Nobody is recognised
by it: whoever turns, changes clothes or sits down elsewhere looks otherwise.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.types import ImageArray

Box = NDArray[np.float64]

#: Pixels per side of a face's box, and how many boxes wide a look is.
_PER_BOX: Final = 18
_AROUND: Final = 2.0
#: Boxes are unsteady: a look is searched for so many boxes further out, and at these sizes.
_SLACK: Final = 0.25
_SIZES: Final = (1.0, 0.87, 0.93, 1.08, 1.16)
#: Looks that vary by less tell nothing, and faces of fewer pixels do neither.
_FLAT: Final = 3.0
_SMALLEST: Final = 12.0
#: The surroundings, in boxes, without the face in their middle.
_WIDE: Final = 2.6
_FACE: Final = 1.3
_RING: Final = 26
#: Pixels per side of a face's box above which half of them are as good.
_LARGE: Final = 144.0

_SIDE: Final = round(_AROUND * _PER_BOX)


class SeenFrame:
    """A frame's luma (h, w) uint8, and its halves for large faces, each made once."""

    def __init__(self, luma: ImageArray) -> None:
        self._halves = [luma]

    def view(self, box: Box, boxes: float, side: int) -> ImageArray | None:
        """So many boxes about a box (4,) xyxy, scaled to (side, side); None outside of it."""
        large, level = float((box[2:] - box[:2]).mean()), 0
        while large > _LARGE and min(self._halves[level].shape) > 1:
            large, level = large / 2, level + 1
            if level == len(self._halves):
                self._halves.append(_half(self._halves[-1]))
        return _view(self._halves[level], box / 2**level, boxes, side)


class Search:
    """Where a look is searched for: what is about a box at every size, each made once."""

    def __init__(self, picture: SeenFrame, box: Box) -> None:
        self._picture, self._box = picture, box
        self._areas: dict[float, ImageArray | None] = {}

    def area(self, size: float) -> ImageArray | None:
        """What is about the box, as if that was so much larger; None outside of the picture."""
        if size not in self._areas:
            wide = _AROUND + 2 * _SLACK * size
            side = round(wide * _PER_BOX)
            self._areas[size] = self._picture.view(self._box, wide * size, side)
        return self._areas[size]


def look_at(picture: SeenFrame, box: Box) -> ImageArray | None:
    """The look (36, 36) uint8 of a box (4,) xyxy; None: it tells nothing."""
    if float((box[2:] - box[:2]).min()) < _SMALLEST:
        return None
    look = picture.view(box, _AROUND, _SIDE)
    return None if look is None or float(look.std()) < _FLAT else look


def likeness(look: ImageArray, search: Search, *, quick: float = 2.0, least: float = -1.0) -> float:
    """The highest correlation of a look about a box, -1..1.

    Args:
        look: of ``look_at``.
        search: of the box.
        quick: other sizes are not tried once so much is reached.
        least: nor where the box's own size is less like it than this.
    """
    best = -1.0
    for size in _SIZES:
        area = search.area(size)
        if area is None:
            return -1.0
        found = cv2.minMaxLoc(cv2.matchTemplate(area, look, cv2.TM_CCOEFF_NORMED))[1]
        best = max(best, float(found)) if np.isfinite(found) else best
        if best >= quick or best < least:
            break
    return best


def surroundings(picture: SeenFrame, box: Box) -> NDArray[np.float64] | None:
    """What is around a face in this place (n,), of mean 0 and spread 1; None: it tells nothing."""
    wide = picture.view(box, _WIDE, _RING)
    if wide is None:
        return None
    inner = round(_RING * (1 - _FACE / _WIDE) / 2)
    ring = np.ones((_RING, _RING), bool)
    ring[inner:-inner, inner:-inner] = False
    values = wide[ring].astype(np.float64)
    return None if values.std() < _FLAT else (values - values.mean()) / values.std()


def _half(luma: ImageArray) -> ImageArray:
    height, width = (side // 2 for side in luma.shape)
    even = luma[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _view(luma: ImageArray, box: Box, boxes: float, side: int) -> ImageArray | None:
    """So many boxes about a box, scaled to (side, side); None outside of the picture."""
    height, width = luma.shape
    center, half = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).mean()) * boxes / 2
    x1, y1 = (int(v) for v in np.floor(center - half))
    x2, y2 = (int(v) for v in np.ceil(center + half))
    part = luma[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)]
    if not part.size:
        return None
    beyond = max(0, -y1), max(0, y2 - height), max(0, -x1), max(0, x2 - width)
    if any(beyond):
        part = cv2.copyMakeBorder(part, *beyond, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
