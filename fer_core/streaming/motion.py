"""Where faces are by now: a result is up to a tenth of a second old when it is drawn."""

from dataclasses import replace

import numpy as np

from fer_core.types import Faces, FloatArray, FrameResult

#: Moved on for this long at most: further ahead a guess is worse than the old place.
MAX_AHEAD_S = 0.2
#: The tracker is asked this far ahead for the speed now; further on, it expects faces to slow down.
SPEED_OVER_S = 0.05
#: Slower than this, in box sizes a second, is the detector's noise: the box stands still.
MIN_SPEED = 0.15


def measure_speed(faces: Faces, ahead: Faces, ahead_s: float) -> FloatArray:
    """(N, 2) float32 pixels per second, from where the tracker expects the faces later.

    Args:
        faces: now.
        ahead: the same rows, ``ahead_s`` seconds later; another number of rows gives zeros.
        ahead_s: above 0.
    """
    if len(ahead) != len(faces):
        return np.zeros((len(faces), 2), np.float32)
    shift = ahead.boxes - faces.boxes
    speed = (shift[:, :2] + shift[:, 2:]) / (2 * ahead_s)
    # Written so that NaN stands still as well.
    moves = np.hypot(speed[:, 0], speed[:, 1]) > MIN_SPEED * faces.sizes
    return np.where(moves[:, None], speed, 0).astype(np.float32)


def move_faces(result: FrameResult, speed: FloatArray, time_s: float) -> FrameResult:
    """The result with its boxes where they are at ``time_s``.

    Args:
        result: untouched.
        speed: (N, 2) float32 pixels per second of its faces.
        time_s: stream time of the frame that is drawn on, in seconds.
    """
    ahead_s = min(time_s - result.time_s, MAX_AHEAD_S)
    if ahead_s <= 0 or not speed.any():
        return result
    boxes = result.faces.boxes + np.tile(speed, 2) * np.float32(ahead_s)
    return replace(result, faces=result.faces.with_(boxes=boxes))
