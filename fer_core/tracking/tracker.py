"""Stable ids for the faces of one stream."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ConfigError
from fer_core.tracking.matching import allowed_pairs, assign, pair_costs
from fer_core.tracking.motion import Motion
from fer_core.types import Faces

#: How much of a new detection's width and height is believed at once, the rest is the past's.
SIZE_GAIN = 0.5


@dataclass(slots=True, eq=False)
class Track:
    """One face: where it moves, how large it is, when it was last seen (tracker's clock)."""

    track_id: int
    motion: Motion
    sides: NDArray[np.float64]
    seen_s: float

    @classmethod
    def begin(cls, track_id: int, box: NDArray[np.float64], now_s: float) -> "Track":
        """A face that stands still at a box (4,) xyxy."""
        sides = box[2:] - box[:2]
        motion = Motion((box[:2] + box[2:]) / 2, float(sides.mean()))
        return cls(track_id, motion, sides, now_s)

    @property
    def size(self) -> float:
        return float(self.sides.mean())

    @property
    def box(self) -> NDArray[np.float64]:
        center = self.motion.position
        return np.concatenate([center - self.sides / 2, center + self.sides / 2])


class Tracker:
    """Gives every face an id that stays: Hungarian assignment of detections to moving tracks.

    Ids start at 1 and are never given twice, also after ``reset``. Time comes from the frames'
    timestamps: dropped or irregular frames only make a step longer. A timestamp that stands
    still or goes back counts as no time passed, and time goes on from it, so that a stream that
    restarts its clock keeps its ids. One tracker per stream, for one thread at a time.

    Args:
        expiry_s: a face out of sight for longer gets a new id when it returns.
        max_step_s: a step between two frames counts as so long at most. In a file that has a
            frame every five seconds, nothing was missed between two of them.

    Raises:
        ConfigError: a time is not positive.
    """

    def __init__(self, *, expiry_s: float = 0.8, max_step_s: float = math.inf) -> None:
        if not expiry_s > 0 or not max_step_s > 0:
            raise ConfigError(f"Times must be positive. Received: {expiry_s}, {max_step_s}.")
        self.expiry_s, self.max_step_s = expiry_s, max_step_s
        self._next_id = 1
        self.reset()

    def reset(self) -> None:
        """Forget every face."""
        self._tracks: list[Track] = []
        self._last = Faces.empty()
        self._stamp: float | None = None
        self._now = 0.0

    def update(self, faces: Faces, time_s: float) -> Faces:
        """The faces of a frame with their ids.

        A row whose box is not finite or has no area gets -1 and is not followed.

        Raises:
            ValueError: ``time_s`` is not finite.
        """
        passed = self._passed(time_s)
        self._stamp = time_s
        self._now += passed
        self._advance(passed)
        boxes = faces.boxes.astype(np.float64)
        with np.errstate(invalid="ignore"):  # inf - inf
            usable = np.isfinite(boxes).all(1) & (boxes[:, 2:] - boxes[:, :2] > 0).all(1)
        rows = np.flatnonzero(usable)
        ids = np.full(len(faces), -1, np.int64)
        ids[rows] = self._identify(boxes[rows])
        self._last = faces.with_(track_ids=ids)
        return self._last

    def predict(self, time_s: float) -> Faces:
        """Where the faces of the last ``update`` are by now, in the same rows.

        Boxes and keypoints move with the face's velocity; all else is as measured. Nothing is
        learnt: call it for frames that were not searched. Empty once ``expiry_s`` has passed.

        Raises:
            ValueError: ``time_s`` is not finite.
        """
        passed = self._passed(time_s)
        if passed > self.expiry_s:
            return Faces.empty()
        motions = {track.track_id: track.motion for track in self._tracks}
        shift = np.zeros((len(self._last), 2))
        for row, track_id in enumerate(self._last.track_ids):
            if track_id in motions:
                shift[row] = motions[int(track_id)].travel(passed)
        return self._last.with_(
            boxes=self._last.boxes + np.tile(shift, 2),
            keypoints=self._last.keypoints + shift[:, None],
        )

    def _passed(self, time_s: float) -> float:
        """Seconds since the last update; 0 at first and where time stands still or goes back."""
        if not np.isfinite(time_s):
            raise ValueError(f"time_s must be finite. Received: {time_s}.")
        passed = 0.0 if self._stamp is None else max(0.0, time_s - self._stamp)
        return min(passed, self.max_step_s)

    def _advance(self, seconds: float) -> None:
        self._tracks = [t for t in self._tracks if self._now - t.seen_s <= self.expiry_s]
        for track in self._tracks:
            track.motion.advance(seconds, track.size)

    def _identify(self, boxes: NDArray[np.float64]) -> NDArray[np.int64]:
        """Ids (D,) of detected boxes (D, 4) float64; tracks learn from them."""
        ids = np.full(len(boxes), -1, np.int64)
        centers, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
        for track, column in self._pair(boxes) if len(boxes) else ():
            track.motion.correct(centers[column], float(sides[column].mean()))
            track.sides = track.sides + SIZE_GAIN * (sides[column] - track.sides)
            track.seen_s = self._now
            ids[column] = track.track_id
        for row in np.flatnonzero(ids < 0):
            self._tracks.append(Track.begin(self._next_id, boxes[row], self._now))
            ids[row] = self._next_id
            self._next_id += 1
        return ids

    def _pair(self, boxes: NDArray[np.float64]) -> list[tuple[Track, int]]:
        """Tracks and the rows of boxes (D, 4) that are theirs, D > 0."""
        if not self._tracks:
            return []
        expected = np.stack([track.box for track in self._tracks])
        unseen = np.array([self._now - track.seen_s for track in self._tracks])
        allowed = allowed_pairs(expected, boxes, unseen)
        pairs = assign(pair_costs(expected, boxes), allowed)
        return [(self._tracks[index], column) for index, column in pairs]
