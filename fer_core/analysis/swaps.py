"""Tiles of a video call that change places: from one frame to the next, people are elsewhere.

A tracker follows places, and would hand everybody's id to who sits there now. Where several faces
look unlike before all at once, each of them is looked for at the places of the others; those found
there, clearly better than at their own and all of them, have changed places. It is the picture that
is compared, face and what is around it; no face is recognised. Tiles that glide to their new places
or change their size are not noticed.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.imaging.frame import Frame
from fer_core.imaging.patch import box_pixels
from fer_core.tracking.matching import assign
from fer_core.types import Faces, ImageArray

#: Faces are compared at this many pixels a side.
_SIDE: Final = 32.0
#: While that gives about the same scale, a frame is looked at in the one of the frame before.
_SAME_SCALE: Final = 1.25
#: What belongs to a face, and where it is looked for: its box, so many times as wide and high.
_AROUND: Final = 1.3
_SEARCH: Final = 3.0
#: Patches that vary by less tell nothing.
_FLAT: Final = 3.0
#: Correlation from which on it is the same picture, and by how much it must be above those at the
#: own places. The first alone would be no safe limit: who sits in another's tile reaches 0.8.
_ALIKE: Final = 0.9
_CLEARER: Final = 0.08

Boxes = NDArray[np.float64]


class SwapDetector:
    """Compares what is around each face with the frame before."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the frame before."""
        self._ids: list[int] = []
        self._boxes: Boxes = np.zeros((0, 4))
        self._patches: list[ImageArray] = []
        self._scale = 1.0
        self._seen: tuple[Frame, ImageArray] | None = None

    def note(self, frame: Frame, faces: Faces) -> None:
        """Keep what is around the faces of a frame, by their ids."""
        seen, before = self._seen, self._scale
        self.reset()
        rows = np.flatnonzero(faces.track_ids >= 0)
        if len(rows) < 2:
            return
        self._ids = [int(faces.track_ids[row]) for row in rows]
        self._boxes = faces.boxes[rows].astype(np.float64)
        self._scale = min(1.0, _SIDE / max(1.0, float(faces.sizes[rows].max())))
        if seen and seen[0] is frame and 1 / _SAME_SCALE < self._scale / before < _SAME_SCALE:
            self._scale, luma = before, seen[1]
        else:
            luma = self._view(frame)
        self._patches = [box_pixels(luma, box).copy() for box in self._around(_AROUND)]

    def find(self, frame: Frame) -> dict[int, Boxes]:
        """Id -> where its face is now (4,) of those that changed places; mostly empty."""
        if len(self._ids) < 2:
            return {}
        luma = self._view(frame)
        self._seen = frame, luma
        areas = [box_pixels(luma, box) for box in self._around(_AROUND)]
        stays = [_likeness(p, a)[0] for p, a in zip(self._patches, areas, strict=True)]
        left = [place for place, likeness in enumerate(stays) if likeness < _ALIKE]
        if len(left) < 2:
            return {}
        wide = self._around(_SEARCH)
        there = [box_pixels(luma, wide[place]) for place in left]
        found = [[_likeness(self._patches[who], area) for area in there] for who in left]
        likeness = np.array([[one[0] for one in row] for row in found])
        own = np.diag(likeness)
        better = (likeness >= _ALIKE) & (likeness > own[:, None] + _CLEARER)
        better &= likeness > own[None, :] + _CLEARER
        moves = {who: place for who, place in assign(-likeness, better) if who != place}
        if set(moves) != set(moves.values()):
            return {}  # one who left and one who came
        corner = self._around(_AROUND)[:, :2]
        moved = {}
        for who, place in moves.items():
            at = np.maximum(wide[left[place], :2].round(), 0) + found[who][place][1]
            shift = (at - np.maximum(corner[left[who]].round(), 0)) / self._scale
            moved[self._ids[left[who]]] = self._boxes[left[who]] + np.tile(shift, 2)
        return moved

    def _view(self, frame: Frame) -> ImageArray:
        luma = frame.luma()
        if self._scale == 1.0:
            return luma
        height, width = (max(1, round(side * self._scale)) for side in luma.shape)
        size = width, height
        return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _around(self, factor: float) -> Boxes:
        """(N, 4) in the view's pixels."""
        centers = (self._boxes[:, :2] + self._boxes[:, 2:]) / 2
        half = factor / 2 * (self._boxes[:, 2:] - self._boxes[:, :2])
        return np.concatenate([centers - half, centers + half], axis=1) * self._scale


def _likeness(patch: ImageArray, area: ImageArray) -> tuple[float, NDArray[np.float64]]:
    """The highest correlation of a patch within an area, -1..1, and where (x, y); 1 at 0, 0 where
    there is nothing to tell, so that it counts as still there."""
    height, width = patch.shape
    if min(height, width) < 4 or float(patch.std()) < _FLAT:
        return 1.0, np.zeros(2)
    if area.shape[0] < height or area.shape[1] < width:
        return -1.0, np.zeros(2)
    _, best, _, at = cv2.minMaxLoc(cv2.matchTemplate(area, patch, cv2.TM_CCOEFF_NORMED))
    return (float(best) if np.isfinite(best) else -1.0), np.array(at, np.float64)
