"""A visitor's neutral face as the zero point: correcting log-priors by three seconds of it.

Some faces at rest look sad or angry to the network. When a neutral face is known, the prior of
each class can be moved for that person: Saerens, Latinne and Decaestecker 2002, "Adjusting the
Outputs of a Classifier to New a Priori Probabilities", Neural Computation 14(1), equation 2.4::

    p'(c | x) = p(c | x) w_c / sum_k p(k | x) w_k,      w_c = exp(b_c)

They take the ratio of new to old prior for ``w_c``; here it is estimated from the mean
log-probabilities ``m_c`` of the neutral face and those that a neutral face should have,
``r_neutral = log 0.7`` and ``r_c = log 0.05`` for the six others (our choice)::

    b_neutral = clip(r_neutral - m_neutral, 0, B)
    b_c       = clip(r_c - m_c, -B, 0)

So it only takes away what the resting face shows too much of, and changes nothing for a face
that already reads as neutral. With ``B = log 3`` no odds change by more than a factor of 9: a
class with a probability above 0.9 stays the first.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS, NUM_EMOTIONS
from fer_core.text import Sentence, mark
from fer_core.types import FloatArray, FrameResult

MAX_OFFSET: Final = float(np.log(3))
_NEUTRAL: Final = EMOTIONS.index("neutral")
#: A probability of zero counts as this, so that one frame cannot decide the mean.
SMALLEST: Final = 1e-3
#: Log-probabilities that a neutral face should have.
REFERENCE: Final = np.log(np.where(np.arange(NUM_EMOTIONS) == _NEUTRAL, 0.7, 0.05))


def apply_offsets(probs: NDArray[np.float64], offsets: FloatArray) -> NDArray[np.float64]:
    """Probabilities (..., 7) with their logarithms moved by ``offsets`` (7,), summing to 1."""
    weighted = np.asarray(probs, np.float64) * np.exp(np.asarray(offsets, np.float64))
    return np.asarray(weighted / weighted.sum(-1, keepdims=True), np.float64)


def offsets_from(mean_log_probs: NDArray[np.float64]) -> FloatArray:
    """``b`` (7,) float32 from the mean log-probabilities (7,) of a neutral face."""
    wanted = REFERENCE - mean_log_probs
    low = np.where(np.arange(NUM_EMOTIONS) == _NEUTRAL, 0.0, -MAX_OFFSET)
    return np.clip(wanted, low, low + MAX_OFFSET).astype(np.float32)


class BaselineState(StrEnum):
    """Where a ``NeutralBaseline`` stands."""

    IDLE = "idle"
    COLLECTING = "collecting"
    READY = "ready"
    FAILED = "failed"


class NeutralBaseline:
    """Collects the focus track's neutral face and gives offsets for ``Smoother.set_baseline``.

    ``start``, then ``update`` with every frame until the state is ``READY`` (then ``offsets``
    holds the correction) or ``FAILED`` (then ``message`` says why and what to do). The track is
    the one in focus at the first frame that shows a face; others are left out, also when they
    come closer. Call ``start`` again to retry, ``cancel`` to go back to no baseline.

    Args:
        duration_s: how long to look.
        min_valid_s: seconds of it in which the face must be seen.
        max_gap_s: a longer gap between two frames with the face does not count as seen.

    Raises:
        ConfigError: the times are not positive or do not fit each other.
    """

    def __init__(
        self, *, duration_s: float = 3.0, min_valid_s: float = 2.0, max_gap_s: float = 0.5
    ) -> None:
        if not 0 < min_valid_s <= duration_s < np.inf or not max_gap_s > 0:
            raise ConfigError(
                "A baseline needs 0 < min_valid_s <= duration_s and max_gap_s > 0. "
                f"Received: {min_valid_s}, {duration_s}, {max_gap_s}."
            )
        self.duration_s, self.min_valid_s, self.max_gap_s = duration_s, min_valid_s, max_gap_s
        self.cancel()

    def cancel(self) -> None:
        """Back to the start: no offsets, nothing collected."""
        self.state = BaselineState.IDLE
        self.offsets: FloatArray | None = None
        self.message = ""
        self._begin()

    def start(self) -> None:
        """Collect from the next frame on; earlier offsets are dropped."""
        self.cancel()
        self.state = BaselineState.COLLECTING

    def _begin(self) -> None:
        self.track_id: int | None = None
        self.valid_s = 0.0
        self._looked_s = 0.0
        self._sum = np.zeros(NUM_EMOTIONS)
        self._stamp: float | None = None
        self._unseen_s = 0.0
        self._held: NDArray[np.float64] | None = None

    @property
    def progress(self) -> float:
        """Share of the time that has passed, 0..1."""
        if self.state in (BaselineState.READY, BaselineState.FAILED):
            return 1.0
        return min(1.0, self._looked_s / self.duration_s)

    def update(self, result: FrameResult) -> BaselineState:
        """Take in one frame's unsmoothed, uncorrected ``probs``.

        Each row holds until the face's next one (time-weighted, so that the frame rate does not
        matter). Timestamps that stand still or go back count as no time passed.
        """
        if self.state is not BaselineState.COLLECTING:
            return self.state
        passed = 0.0 if self._stamp is None else max(0.0, result.time_s - self._stamp)
        self._stamp = result.time_s
        self._looked_s += passed
        self._unseen_s += passed
        row = self._row_of(result)
        if row is not None:
            if self._held is not None and self._unseen_s <= self.max_gap_s:
                self.valid_s += self._unseen_s
                self._sum += self._unseen_s * self._held
            probs = np.asarray(result.probs[row], np.float64)
            self._held = np.log(np.clip(probs, SMALLEST, 1))
            self._unseen_s = 0.0
        if self._looked_s >= self.duration_s - 1e-9:
            self._finish()
        return self.state

    def _row_of(self, result: FrameResult) -> int | None:
        """The row of the chosen track with finite probabilities; chooses it at first."""
        ids = result.faces.track_ids
        if self.track_id is None and result.focus is not None:
            chosen = int(ids[result.focus])
            self.track_id = chosen if chosen >= 0 else None
        if self.track_id is None:
            return None
        rows = np.flatnonzero(ids == self.track_id)
        if len(rows) != 1 or not np.isfinite(result.probs[rows[0]]).all():
            return None
        return int(rows[0])

    def _finish(self) -> None:
        if self.valid_s < self.min_valid_s:
            self.state = BaselineState.FAILED
            self.message = Sentence(
                mark(
                    "Your face was seen for {seen} of {wanted} seconds, and {least} are needed: "
                    "look at the camera and try again."
                ),
                seen=f"{self.valid_s:.1f}",
                wanted=f"{self.duration_s:.0f}",
                least=f"{self.min_valid_s:.0f}",
            )
            return
        self.offsets = offsets_from(self._sum / self.valid_s)
        self.state = BaselineState.READY
