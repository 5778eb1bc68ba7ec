"""Where faces are by now, from where they were in the last two results.

A result is a tenth of a second old when it is drawn; a face that moves would leave its box behind.
"""

from dataclasses import replace

import numpy as np

from fer_core.types import FrameResult

#: Straight on for this long at most: further ahead a guess is worse than the old place.
MAX_AHEAD_S = 0.2
#: Results further apart than this say nothing about the speed now.
MAX_APART_S = 0.5
#: Slower than this, in box sizes a second, is the detector's noise: the box stands still.
MIN_SPEED = 0.15


def move_faces(previous: FrameResult | None, latest: FrameResult, time_s: float) -> FrameResult:
    """The latest result with its boxes moved on to ``time_s``, at constant velocity by track.

    Args:
        previous: the result before ``latest``; None moves nothing.
        latest: the result to draw; untouched.
        time_s: stream time of the frame that is drawn on, in seconds.
    """
    ahead_s = min(time_s - latest.time_s, MAX_AHEAD_S)
    if previous is None or ahead_s <= 0 or not len(latest.faces):
        return latest
    apart_s = latest.time_s - previous.time_s
    if not 0 < apart_s <= MAX_APART_S:
        return latest
    before = {int(t): row for row, t in enumerate(previous.faces.track_ids) if t >= 0}
    boxes = latest.faces.boxes.copy()
    sizes = latest.faces.sizes
    moved = False
    for row, track_id in enumerate(latest.faces.track_ids):
        if (old := before.get(int(track_id))) is None:
            continue
        shift = latest.faces.boxes[row] - previous.faces.boxes[old]
        velocity = (shift[:2] + shift[2:]) / 2 / apart_s  # of the centre: size does not guess ahead
        if np.hypot(*velocity) > MIN_SPEED * sizes[row]:
            boxes[row] += np.tile(velocity, 2) * ahead_s
            moved = True
    return replace(latest, faces=latest.faces.with_(boxes=boxes)) if moved else latest
