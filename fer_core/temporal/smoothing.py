"""Probabilities that move smoothly and labels that do not flicker, per track and in seconds."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS, NUM_EMOTIONS, UNSURE
from fer_core.temporal.baseline import apply_offsets
from fer_core.temporal.filters import PlainFilter, TemporalFilter
from fer_core.types import FloatArray, IntArray

#: A smoothed row that has never seen a finite probability.
_UNIFORM: Final = np.full(NUM_EMOTIONS, 1 / NUM_EMOTIONS)


@dataclass(frozen=True, slots=True)
class LabelRule:
    """When the shown label changes.

    A label that is shown stays for ``stay_s`` at least, unless what comes after it leads by
    ``large``; nobody reads labels that jump.

    Attributes:
        unsure_below: with no probability as high, the label becomes ``unsure``.
        unsure_margin: an ``unsure`` track is named again once a probability reaches
            ``unsure_below + unsure_margin``.
        hysteresis: a challenger that leads by so much takes the label at once,
        hold_s: one that leads by less when it has led for so many seconds.
        stay_s: a label is shown for so long at least,
        large: but for a change by so much.
    """

    unsure_below: float = 0.35
    unsure_margin: float = 0.05
    hysteresis: float = 0.1
    hold_s: float = 0.5
    stay_s: float = 1.0
    large: float = 0.5

    def __post_init__(self) -> None:
        for name in ("unsure_below", "unsure_margin", "hysteresis", "large", "hold_s", "stay_s"):
            value = float(getattr(self, name))
            if not value >= 0 or (not name.endswith("_s") and value > 1):
                raise ConfigError(f"{name} must be 0..1, or seconds from 0 on. Received: {value}.")

    def name(self, probs: NDArray[np.floating]) -> str:
        """The label of probabilities (7,) without a past: the largest, or ``unsure``."""
        if not np.isfinite(probs).all():
            return UNSURE
        best = int(np.argmax(probs))
        return EMOTIONS[best] if probs[best] >= self.unsure_below else UNSURE


def label_names(probs: FloatArray, rule: LabelRule = LabelRule()) -> tuple[str, ...]:
    """N labels of probabilities (N, 7) without a past, as stills are labelled."""
    return tuple(rule.name(row) for row in probs)


@dataclass(slots=True)
class _Track:
    """What is remembered of one face; times on the smoother's clock."""

    probs: NDArray[np.float64]
    state: Any
    label: str
    seen_s: float
    challenger: str = ""
    led_since_s: float = 0.0
    shown_since_s: float = 0.0


class Smoother:
    """Steadied probabilities, then a label with hysteresis.

    Plain smoothing is exponential; ``steady`` takes its place. A frame that comes ``dt`` seconds
    after the track's last one moves the smoothed row by ``1 - exp(-dt / time_constant_s)`` towards
    its own: exact for irregular frames, so that the curve depends on time and not on the frame
    rate.

    Smoothing is done on probabilities, not on their logarithms: the mean of calibrated
    probabilities is again one (it says in which share of the time a class was right), rows keep
    summing to one, and a single wrong frame with a probability near zero cannot dominate, as it
    would in a mean of logarithms. The neutral baseline is a factor on the odds, so it is applied
    to each row before smoothing.

    Timestamps that stand still or go back count as no time passed. Untracked rows (id -1) are
    labelled by themselves. A row that is not finite leaves its track as it was.

    Args:
        time_constant_s: of plain smoothing; 0 turns it off.
        steady: another filter, such as ``MarkovFilter``.
        unsure_below, unsure_margin, hysteresis, hold_s, stay_s, large: see ``LabelRule``.
        expiry_s: a track unseen for longer starts anew.

    Raises:
        ConfigError: an option is out of range.
    """

    def __init__(
        self,
        *,
        time_constant_s: float = 0.3,
        steady: TemporalFilter | None = None,
        unsure_below: float = 0.35,
        unsure_margin: float = 0.05,
        hysteresis: float = 0.1,
        hold_s: float = 0.5,
        stay_s: float = 1.0,
        large: float = 0.5,
        expiry_s: float = 0.8,
    ) -> None:
        if not expiry_s > 0:
            raise ConfigError(f"expiry_s must be positive. Received: {expiry_s}.")
        self.steady = steady or PlainFilter(time_constant_s)
        self.expiry_s = expiry_s
        self.rule = LabelRule(unsure_below, unsure_margin, hysteresis, hold_s, stay_s, large)
        self._offsets: FloatArray | None = None
        self.reset()

    def reset(self) -> None:
        """Forget every track; the baseline stays."""
        self._tracks: dict[int, _Track] = {}
        self._stamp: float | None = None
        self._now = 0.0

    def set_baseline(self, offsets: FloatArray | None) -> None:
        """Correct log-probabilities by ``offsets`` (7,) from now on; None takes it back.

        Raises:
            ValueError: ``offsets`` has another shape or is not finite.
        """
        if offsets is not None:
            offsets = np.array(offsets, np.float32)
            if offsets.shape != (NUM_EMOTIONS,) or not np.isfinite(offsets).all():
                raise ValueError(f"offsets must be (7,) and finite. Received: {offsets}.")
        self._offsets = offsets

    def update(
        self,
        probs: FloatArray,
        track_ids: IntArray,
        time_s: float,
        embeddings: FloatArray | None = None,
    ) -> tuple[FloatArray, tuple[str, ...]]:
        """Take in one frame.

        Args:
            probs: (N, 7) float32, rows sum to 1.
            track_ids: (N,) int64, each at most once but for -1.
            time_s: the frame's timestamp.
            embeddings: (N, D) float32, for a filter that needs them.

        Returns:
            (N, 7) float32 whose rows sum to 1, and N labels from ``EMOTIONS`` or ``UNSURE``.

        Raises:
            ValueError: shapes do not agree, or ``time_s`` is not finite.
        """
        rows = np.asarray(probs, np.float64)
        if rows.shape != (len(track_ids), NUM_EMOTIONS) or not np.isfinite(time_s):
            raise ValueError(
                f"probs must be ({len(track_ids)}, 7) and time_s finite. "
                f"Received: {rows.shape}, {time_s}."
            )
        if self._stamp is not None:
            self._now += max(0.0, time_s - self._stamp)
        self._stamp = time_s
        self._tracks = {
            key: track
            for key, track in self._tracks.items()
            if self._now - track.seen_s <= self.expiry_s
        }
        smoothed = np.empty_like(rows)
        labels = []
        for index, (row, track_id) in enumerate(zip(rows, track_ids, strict=True)):
            valid = bool(np.isfinite(row).all())
            embedding = None if embeddings is None else embeddings[index]
            track = self._follow(int(track_id), row if valid else None, embedding)
            smoothed[index] = track.probs
            labels.append(track.label)
        return smoothed.astype(np.float32), tuple(labels)

    def _corrected(self, row: NDArray[np.float64]) -> NDArray[np.float64]:
        return row if self._offsets is None else apply_offsets(row, self._offsets)

    def _steadied(
        self,
        track: _Track | None,
        row: NDArray[np.float64],
        embedding: NDArray[np.float32] | None,
    ) -> tuple[NDArray[np.float64], Any]:
        """Probabilities and state. What a network steadies is corrected behind it."""
        steady = self.steady
        row = row if steady.needs_embedding else self._corrected(row)
        if track is None:
            probs, state = steady.begin(row, embedding)
        else:
            probs, state = steady.step(track.state, row, embedding, self._now - track.seen_s)
        return (self._corrected(probs) if steady.needs_embedding else probs), state

    def _follow(
        self,
        track_id: int,
        row: NDArray[np.float64] | None,
        embedding: NDArray[np.float32] | None,
    ) -> _Track:
        """The track after this frame; ``row`` is None where nothing was measured."""
        track = self._tracks.get(track_id) if track_id >= 0 else None
        if row is None:
            return track or _Track(_UNIFORM, None, UNSURE, self._now)
        if track is None:
            probs, state = self._steadied(None, row, embedding)
            track = _Track(probs, state, self.rule.name(probs), self._now, shown_since_s=self._now)
            if track_id >= 0:
                self._tracks[track_id] = track
            return track
        track.probs, track.state = self._steadied(track, row, embedding)
        track.seen_s = self._now
        self._relabel(track)
        return track

    def _relabel(self, track: _Track) -> None:
        """Change the label where another one is due."""
        rule, best = self.rule, int(np.argmax(track.probs))
        top = float(track.probs[best])
        named = 0.0 if track.label == UNSURE else float(track.probs[EMOTIONS.index(track.label)])
        if top < rule.unsure_below:
            wanted, lead, needed = UNSURE, 0.0, 0.0
        elif track.label == UNSURE:
            wanted, lead, needed = EMOTIONS[best], top, rule.unsure_below + rule.unsure_margin
        else:
            wanted, lead, needed = EMOTIONS[best], top - named, rule.hysteresis
        if wanted == track.label:
            track.challenger = ""
            return
        if wanted != track.challenger:
            track.challenger, track.led_since_s = wanted, self._now
        has_won = lead >= needed or (
            track.label != UNSURE and self._now - track.led_since_s >= rule.hold_s
        )
        has_stayed = self._now - track.shown_since_s >= rule.stay_s
        if has_won and (has_stayed or lead >= rule.large):
            track.label, track.challenger, track.shown_since_s = wanted, "", self._now
