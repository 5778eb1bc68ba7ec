"""Which of the faces before one camera move, each in its place; what the camera does is no motion.

Of a face its box is remembered, for as long as one is found there and ten seconds more, and when it
moved; neither what it showed nor whose it is. ``fer_core.temporal.liveness`` says what a move is.
"""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.temporal.liveness import MAX_APART_S, Moves, has_moved

#: Looks are so far apart: between two frames nobody moves by more than jitter.
LOOK_EVERY_S: Final = 0.95
#: A face is the one of before where it is nearer than its own size.
_NEAR: Final = 1.0
#: A camera that shakes moves all faces by one similarity, which five of them or more tell.
_FEWEST_FOR_SIMILARITY: Final = 5
_SAME_PX: Final = 1.5
_COMMON: Final = 0.4

Boxes = NDArray[np.float64]


@dataclass(eq=False)
class _Place:
    box: Boxes
    seen_s: float
    moves: Moves = field(default_factory=Moves)


class LivingFaces:
    """Follows the places of faces before one camera. Not for two threads at once."""

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._look_s = float("-inf")

    def update(self, boxes: Boxes, time_s: float) -> NDArray[np.bool_]:
        """Take in a frame; which of its faces moved like people in the last minute.

        Args:
            boxes: (N, 4) x1 y1 x2 y2 in pixels.
            time_s: rises.
        """
        boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
        self._places = [one for one in self._places if time_s - one.seen_s <= MAX_APART_S]
        pairs = _match(np.array([one.box for one in self._places]).reshape(-1, 4), boxes)
        mine: list[_Place | None] = [None] * len(boxes)
        for place, row in pairs:
            mine[row] = self._places[place]
        if time_s - self._look_s >= LOOK_EVERY_S:
            self._look(boxes, mine, time_s)
            self._look_s = time_s
        return np.array([one is not None and one.moves.is_person(time_s) for one in mine], bool)

    def _look(self, boxes: Boxes, mine: list[_Place | None], time_s: float) -> None:
        """Compare the boxes with those of the last look, as the camera would see them now."""
        known = [(one, row) for row, one in enumerate(mine) if one is not None]
        before = np.array([one.box for one, _ in known]).reshape(-1, 4)
        seen_now = _as_seen_now(before, boxes[[row for _, row in known]])
        for (one, row), old in zip(known, seen_now, strict=True):
            # What was not there at the last look may be another's, or a texture that flickers.
            if one.seen_s >= self._look_s and has_moved(old, boxes[row]):
                one.moves.note(time_s)
            one.box, one.seen_s = boxes[row], time_s
        new = [box for one, box in zip(mine, boxes, strict=True) if one is None]
        self._places += [_Place(box, time_s) for box in new]


def _match(places: Boxes, boxes: Boxes) -> list[tuple[int, int]]:
    """(place, box) that belong together, the nearest first, each once."""
    apart = np.abs(_centers(places)[:, None] - _centers(boxes)[None]).max(axis=2)
    apart = apart / np.maximum(1.0, _sizes(boxes))[None]
    pairs: list[tuple[int, int]] = []
    while apart.size and apart.min() < _NEAR:
        place, row = (int(i) for i in np.unravel_index(int(apart.argmin()), apart.shape))
        pairs.append((place, row))
        apart[place], apart[:, row] = np.inf, np.inf
    return pairs


def _as_seen_now(before: Boxes, after: Boxes) -> Boxes:
    """The boxes of before, moved as the camera moved: by what most faces have in common."""
    old, new = _centers(before), _centers(after)
    if len(old) < 3:
        return before
    found = [before, before + np.tile(np.median(new - old, axis=0), 2)]
    if len(old) >= _FEWEST_FOR_SIMILARITY:
        turned, _ = cv2.estimateAffinePartial2D(old, new, ransacReprojThreshold=_SAME_PX)
        if turned is not None:
            sizes = (before[:, 2:] - before[:, :2]) * np.hypot(turned[0, 0], turned[1, 0])
            centers = old @ turned[:, :2].T + turned[:, 2]
            found.append(np.hstack([centers - sizes / 2, centers + sizes / 2]))
    apart = [np.abs(_centers(one) - new).max(axis=1) for one in found]
    stand, *move = (int((one < _SAME_PX).sum()) for one in apart)
    best = 1 + min(range(len(move)), key=lambda i: (-move[i], np.median(apart[1 + i])))
    # A camera stands still unless much more faces say otherwise: two always fit a similarity.
    is_shaken = move[best - 1] >= max(3, _COMMON * len(old)) and move[best - 1] > 2 * stand
    return found[best] if is_shaken else before


def _centers(boxes: Boxes) -> Boxes:
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def _sizes(boxes: Boxes) -> Boxes:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).max(axis=1) if len(boxes) else np.zeros(0))
