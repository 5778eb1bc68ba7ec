"""Frames as the pipeline would give them, for the tests of what comes after it."""

from collections.abc import Mapping, Sequence

import numpy as np

from fer_core.labels import EMOTIONS
from fer_core.types import Faces, FrameResult


def probs_of(**shares: float) -> np.ndarray:
    """(7,) float32: the given shares, the rest spread evenly."""
    rest = (1 - sum(shares.values())) / (len(EMOTIONS) - len(shares))
    return np.array([shares.get(name, rest) for name in EMOTIONS], np.float32)


def result_at(
    time_s: float,
    rows: Mapping[int, np.ndarray],
    *,
    poses: Sequence[Sequence[float]] | None = None,
    eyes: Sequence[Sequence[float]] | None = None,
    sizes: Sequence[float] | None = None,
) -> FrameResult:
    """A frame with the faces ``track id -> probabilities``."""
    n = len(rows)
    sizes = sizes if sizes is not None else [100.0 - k for k in range(n)]
    boxes = np.array([[0, 0, s, s] for s in sizes], np.float32).reshape(-1, 4)
    faces = Faces(boxes, np.ones(n), track_ids=list(rows), poses=poses, eye_openness=eyes)  # type: ignore[arg-type]
    probs = np.array(list(rows.values()), np.float32).reshape(-1, 7)
    return FrameResult(time_s, 640, 480, faces, probs, probs, ("unsure",) * n)
