"""Frames with faces that look somewhere."""

import numpy as np

from fer_core.labels import EMOTIONS
from fer_core.types import Faces, FrameResult


def frame(
    *faces: tuple[str, float, float, float],
    time_s: float = 0.0,
    at_s: float = 0.0,
    posters: int = 0,
) -> FrameResult:
    """A frame with faces of (emotion, yaw, pitch, openness of both eyes), the first the largest.

    People sway from second to second, each in their own way; the last ``posters`` do not.
    """
    count = len(faces)
    sway = [4 * np.sin(2 * int(at_s) + i) for i in range(count - posters)] + [0.0] * posters
    found = Faces(
        np.array(
            [[120 * i + s, s, 120 * i + 100 - i + s, 100 - i + s] for i, s in enumerate(sway)],
            np.float32,
        ).reshape(count, 4),
        np.ones(count),
        track_ids=np.arange(count),
        poses=np.array([[yaw, pitch, 0] for _, yaw, pitch, _ in faces]).reshape(count, 3),
        eye_openness=np.array([[wide, wide] for *_, wide in faces]).reshape(count, 2),
    )
    probs = np.full((count, 7), 0.04)
    for row, (emotion, *_) in enumerate(faces):
        probs[row, EMOTIONS.index(emotion)] = 0.76
    return FrameResult(time_s, 640, 480, found, probs, probs, tuple(face[0] for face in faces))
