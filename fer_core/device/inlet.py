"""What a visitor's own device measured, checked as it arrives: whole seconds become samples.

A device can lie about what it saw of its own visitor, and about nothing else: a batch belongs to
the visit whose token it carries, names no person, and counts once. Everything behind this (windows,
groups of k, consent, erasure) is what serves a stream that was analysed here.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from fer_core.labels import NUM_EMOTIONS
from fer_core.temporal import MAX_GAP_S
from fer_core.types import EmotionSample

#: Seconds that wait on a device while its network is away; older ones are lost.
MOST_LATE: Final = 30
#: What a batch may hold: those, and the present second.
MOST_SAMPLES: Final = MOST_LATE + 1
MOST_FACES: Final = 20
#: Seven probabilities that were rounded on their way add up to one within this.
MAX_SUM_ERROR: Final = 0.01
#: A device's clock may run ahead of the server's by so much in a visit, jitter of arrival included.
MAX_AHEAD_S: Final = 3.0
#: Batches that may come at once, and how many a second in the long run.
BURST, PER_S = 10.0, 2.0
#: Samples that a visit keeps: six hours of one face; the oldest go first.
_MOST_KEPT: Final = 6 * 3600

#: A device tells boxes in parts of its picture, which cameras give in about so many pixels.
_PICTURE: Final = (640.0, 480.0, 640.0, 480.0)

_Share = Annotated[float, Field(ge=0, le=1)]
_Place = Annotated[float, Field(ge=-2, le=3)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class _Face(_Strict):
    """One face over one second; a box in parts of the picture, which it may reach out of."""

    id: int = Field(ge=0, le=2**53)
    box: list[_Place] = Field(min_length=4, max_length=4)
    probs: list[_Share] = Field(min_length=NUM_EMOTIONS, max_length=NUM_EMOTIONS)
    valid_s: Annotated[float, Field(gt=0, le=1)] = 1.0
    facing: _Share | None = None
    eyes_open: _Share | None = None
    concentration: _Share | None = None


class _Sample(_Strict):
    t_s: float = Field(ge=0, le=2**53)
    seq: int = Field(ge=0, le=2**53)
    faces: list[_Face] = Field(max_length=MOST_FACES)


_SAMPLE = TypeAdapter(_Sample)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch.

    Attributes:
        accepted, refused: how many of its samples.
        reasons: why, and how many: ``malformed``, ``sum``, ``box``, ``face`` (one twice),
            ``replayed``, ``rate`` (a second that was there), ``early``, ``late``, ``closed``,
            ``flooding``.
        last_seq: highest number taken so far; -1 before the first.
    """

    accepted: int
    refused: int
    reasons: dict[str, int]
    last_seq: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as the device is told."""
        return {
            "accepted": self.accepted,
            "refused": self.refused,
            "reasons": self.reasons,
            "last_seq": self.last_seq,
        }


@dataclass(frozen=True, slots=True, eq=False)
class DeviceSecond:
    """One second of a visit as its device measured it.

    Attributes:
        time_s: start, in whole seconds since the visit's first.
        samples: one per face, in order of their ids.
        focus: row of the largest face; None without a face.
        concentration: of the face in focus, 0..1; NaN where not measured.
        box: of the face in focus at the end of the second, as in a picture of 640x480.
    """

    time_s: float
    samples: tuple[EmotionSample, ...]
    focus: int | None
    concentration: float
    box: tuple[float, ...] = ()


@dataclass(eq=False)
class SampleInlet:
    """Takes the samples of one visit. Thread-safe.

    Attributes:
        visit: name that its token carries.
        purpose: what the samples are for.
        browser: digest of the browser's cookie whose page the visit is.
        listen: called with each second that was taken, in order, beside being kept.
        clock: seconds, monotonic.
        opened_s: when it was opened, by the process' own monotonic clock.
    """

    visit: str
    purpose: str
    browser: str
    listen: Callable[[DeviceSecond], None] | None = None
    clock: Callable[[], float] = time.monotonic
    opened_s: float = field(default_factory=time.monotonic)
    refused: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _samples: deque[EmotionSample] = field(default_factory=lambda: deque(maxlen=_MOST_KEPT))
    _last_seq: int = -1
    _base: int | None = None
    _newest: int = -1
    _fastest_s: float = float("inf")
    _begun_s: float | None = None
    _is_closed: bool = False
    _allowance: float = BURST
    _filled_s: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a second arrived."""
        return self._base is not None

    @property
    def last_seq(self) -> int:
        """Highest number taken so far; -1 before the first."""
        return self._last_seq

    @property
    def analysed_s(self) -> float:
        """Up to where the visit is measured: what was not heard of by then was lost."""
        return self._newest + 1.0 + MAX_GAP_S

    @property
    def now_s(self) -> float:
        """This moment in the visit's time, as the second that came fastest tells."""
        return self.clock() - self._fastest_s if self.has_begun else 0.0

    @property
    def since_arrival_s(self) -> float:
        """Seconds by which the newest second is older than one that comes in time."""
        return max(0.0, self.now_s - self.analysed_s) if self.has_begun else 0.0

    def samples(self) -> tuple[EmotionSample, ...]:
        """All that was taken, in order of time and face."""
        with self._lock:
            return tuple(self._samples)

    def close(self) -> None:
        """The visit is over: nothing more is taken."""
        with self._lock:
            self._is_closed = True

    def may_ask(self) -> bool:
        """Whether another batch may come now; where not, that is counted."""
        now_s = self.clock()
        with self._lock:
            before_s = now_s if self._filled_s is None else self._filled_s
            self._allowance = min(BURST, self._allowance + PER_S * (now_s - before_s))
            self._filled_s = now_s
            if self._allowance < 1.0:
                self.refused["flooding"] += 1
                return False
            self._allowance -= 1.0
            return True

    def take(self, samples: Sequence[Any]) -> Receipt:
        """Check and take in a batch, each of its samples by itself, in order.

        Args:
            samples: plain values as JSON has them: ``t_s`` (whole second of the device's stream
                at which the sample begins), ``seq`` (goes up with every sample) and ``faces``,
                each with ``id``, ``box`` (x1, y1, x2, y2 in parts of the picture) and ``probs``
                (order ``labels.EMOTIONS``), and perhaps ``valid_s``, ``facing``, ``eyes_open`` and
                ``concentration``.
        """
        reasons: Counter[str] = Counter()
        with self._lock:
            now_s = self.clock()
            if self._begun_s is None:
                self._begun_s = now_s
            for raw in samples[:MOST_SAMPLES]:
                reason = "closed" if self._is_closed else self._take_one(raw, now_s)
                if reason:
                    reasons[reason] += 1
            if self._newest >= 0:  # by its newest: the others of a batch waited for it
                self._fastest_s = min(self._fastest_s, _delay_s(self._newest, now_s))
            if len(samples) > MOST_SAMPLES:
                reasons["flooding"] += len(samples) - MOST_SAMPLES
            self.refused.update(reasons)
            refused = reasons.total()
            return Receipt(len(samples) - refused, refused, dict(reasons), self._last_seq)

    def _take_one(self, raw: Any, now_s: float) -> str | None:
        """Take a sample; why not, where it is refused."""
        try:
            sample = _SAMPLE.validate_python(raw)
        except ValidationError:
            return "malformed"
        second = int(sample.t_s)
        if second != sample.t_s:
            return "malformed"
        if problem := _problem_of(sample.faces):
            return problem
        if sample.seq <= self._last_seq:
            return "replayed"
        base = second if self._base is None else self._base
        place = second - base
        if place <= self._newest:
            return "rate"
        if problem := self._clock_problem(place, now_s):
            return problem
        self._base, self._newest, self._last_seq = base, place, sample.seq
        taken = _second_of(place, sample.faces)
        self._samples.extend(taken.samples)
        if self.listen is not None:
            self.listen(taken)
        return None

    def _clock_problem(self, place: int, now_s: float) -> str | None:
        """Whether a second comes before it was over, or too long after.

        A visit has no more seconds than went by since its first batch, but for those that waited
        until then: nobody fills in an hour within a minute.
        """
        assert self._begun_s is not None
        if place > now_s - self._begun_s + MOST_LATE + MAX_AHEAD_S:
            return "early"
        if _delay_s(place, now_s) > self._fastest_s + MOST_LATE + MAX_AHEAD_S:
            return "late"
        return None


def _delay_s(place: int, now_s: float) -> float:
    """By how much a second comes later than the visit's clock alone says, but for a constant.

    It is given out once no frame can add to it.
    """
    return now_s - (place + 1.0 + MAX_GAP_S)


def _problem_of(faces: Sequence[_Face]) -> str | None:
    if len({face.id for face in faces}) < len(faces):
        return "face"
    for face in faces:
        if abs(sum(face.probs) - 1.0) > MAX_SUM_ERROR:
            return "sum"
        x1, y1, x2, y2 = face.box
        if x1 >= x2 or y1 >= y2:
            return "box"
    return None


def _second_of(place: int, faces: Sequence[_Face]) -> DeviceSecond:
    ordered = sorted(faces, key=lambda face: face.id)
    areas = [(face.box[2] - face.box[0]) * (face.box[3] - face.box[1]) for face in ordered]
    focus = areas.index(max(areas)) if areas else None
    index = None if focus is None else ordered[focus].concentration
    return DeviceSecond(
        float(place),
        tuple(_emotion_sample(place, face) for face in ordered),
        focus,
        float("nan") if index is None else index,
        ()
        if focus is None
        else tuple(part * side for part, side in zip(ordered[focus].box, _PICTURE, strict=True)),
    )


def _emotion_sample(place: int, face: _Face) -> EmotionSample:
    total = sum(face.probs)
    unknown = float("nan")
    return EmotionSample(
        time_s=float(place),
        duration_s=1.0,
        track_id=face.id,
        probs=np.array([share / total for share in face.probs], np.float32),
        valid_s=face.valid_s,
        facing=unknown if face.facing is None else face.facing,
        eyes_open=unknown if face.eyes_open is None else face.eyes_open,
    )
