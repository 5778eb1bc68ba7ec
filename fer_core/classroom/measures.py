"""What is measured of a face for a class, and of a class as a whole. Pure.

The concentration index is that of Sharma et al. 2019 (arXiv 1909.12913): the weight of the shown
emotion x the weight of the gaze / 4.5, 0..1. The weights are those found in several
implementations; it was never validated for a class. Where it says "eyes half closed", an openness
(``fer_core.landmarks.eyes``) of 0.25 to 0.5 is taken here.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS, NUM_EMOTIONS
from fer_core.types import EmotionSample, FrameResult

Matrix = NDArray[np.float64]

#: Columns of a reading: the seven probabilities, then three shares.
MEASURES: Final = (*EMOTIONS, "facing", "eyes_open", "concentration")
FACING, EYES_OPEN, CONCENTRATION = range(NUM_EMOTIONS, NUM_EMOTIONS + 3)
WIDTH: Final = len(MEASURES)

#: A face turned by at most so many degrees faces the screen; eyes this open are open: the limits
#: of ``temporal.SecondWindows``.
MAX_YAW: Final = 25.0
MAX_PITCH: Final = 25.0
MIN_OPENNESS: Final = 0.5
#: Eyes below this openness are closed, between the two half closed.
MIN_HALF_OPENNESS: Final = 0.25

EMOTION_WEIGHTS: Final = {
    "angry": 0.25,
    "disgust": 0.2,
    "fear": 0.3,
    "happy": 0.6,
    "sad": 0.3,
    "surprise": 0.6,
    "neutral": 0.9,
}
OPEN_CENTRED, OPEN_TURNED, HALF_CLOSED, CLOSED = 5.0, 2.0, 1.5, 0.0
_SCALE: Final = 4.5
_WEIGHTS = np.array([EMOTION_WEIGHTS[name] for name in EMOTIONS])


def weigh_gaze(facing: Matrix, openness: Matrix) -> Matrix:
    """Weight of the gaze of N faces.

    Args:
        facing: (N,) 1 turned to the screen, 0 turned away, NaN not measured.
        openness: (N,) mean openness of the eyes, 0 closed .. 1 open, NaN not measured.

    Returns:
        (N,) float64: 5, 2, 1.5 or 0; NaN where either was not measured.
    """
    weight = np.where(facing > 0.5, OPEN_CENTRED, OPEN_TURNED)
    weight = np.where(openness < MIN_OPENNESS, HALF_CLOSED, weight)
    weight = np.where(openness < MIN_HALF_OPENNESS, CLOSED, weight)
    return np.where(np.isfinite(facing) & np.isfinite(openness), weight, np.nan)


def index_numbers() -> dict[str, Any]:
    """What a device that measures by itself needs for the concentration index, as plain values."""
    return {
        "emotion_weights": _WEIGHTS.tolist(),
        "open_centred": OPEN_CENTRED,
        "open_turned": OPEN_TURNED,
        "half_closed": HALF_CLOSED,
        "closed": CLOSED,
        "min_half_openness": MIN_HALF_OPENNESS,
        "scale": _SCALE,
    }


def measures_of(sample: EmotionSample, concentration: float) -> Matrix:
    """(10,) float64, columns ``MEASURES``, of a second that a device measured by itself."""
    return np.array([*sample.probs, sample.facing, sample.eyes_open, concentration], np.float64)


def measure_faces(result: FrameResult) -> Matrix:
    """(N, 10) float64 in 0..1, columns ``MEASURES``, a row per face; NaN where not measured."""
    poses = np.asarray(result.faces.poses[:, :2], np.float64)
    openness = np.asarray(result.faces.eye_openness, np.float64).mean(axis=1)
    is_turned = (np.abs(poses) > [MAX_YAW, MAX_PITCH]).any(axis=1)
    facing = np.where(np.isfinite(poses).all(axis=1), ~is_turned, np.nan)
    eyes_open = np.where(np.isfinite(openness), openness >= MIN_OPENNESS, np.nan)
    probs = np.asarray(result.smoothed, np.float64).reshape(-1, NUM_EMOTIONS)
    shown = _WEIGHTS[np.nan_to_num(probs).argmax(axis=1)] if len(probs) else np.zeros(0)
    index = shown * weigh_gaze(facing, openness) / _SCALE
    return np.column_stack([probs, facing, eyes_open, index])


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """A class at one moment.

    Attributes:
        people: how many people the numbers are of.
        values: (10,) float64, columns ``MEASURES``, in tenths; NaN where fewer than k people were
            measured.
    """

    people: int
    values: Matrix

    def share(self, column: int) -> float | None:
        """One of the values; None where it is not shown."""
        value = float(self.values[column])
        return value if np.isfinite(value) else None

    @property
    def probs(self) -> tuple[float, ...]:
        """The expression mix, order ``labels.EMOTIONS``."""
        return tuple(float(value) for value in self.values[:NUM_EMOTIONS])


def round_tenths(values: Matrix) -> Matrix:
    """Shares to tenths, halves up; finer steps would tell more about single people."""
    return np.asarray(np.round(np.floor(np.asarray(values) * 10 + 0.5) / 10, 1), np.float64)


def mean_over_people(rows: Matrix, k: int) -> Matrix:
    """(10,) means over people's rows (P, 10); NaN in columns that fewer than k have."""
    table = np.asarray(rows, np.float64).reshape(-1, WIDTH)
    known = np.isfinite(table)
    counts = known.sum(axis=0)
    sums = np.where(known, table, 0.0).sum(axis=0)
    nothing = np.full(WIDTH, np.nan)
    return np.asarray(np.divide(sums, counts, out=nothing, where=counts >= max(k, 1)), np.float64)


def figures_of(rows: Matrix, k: int) -> Figures | None:
    """The figures of a group of people; None for fewer than k.

    Args:
        rows: (P, 10), one row per person, columns ``MEASURES``.
        k: smallest group that is shown.
    """
    if len(rows) < k:
        return None
    return Figures(len(rows), round_tenths(mean_over_people(rows, k)))
