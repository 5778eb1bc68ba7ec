"""What the writer takes: one row of samples, or one second of a room."""

import math
from dataclasses import dataclass
from typing import Any, Self

from fer_core.labels import NUM_EMOTIONS
from fer_core.storage.table_base import PROB_COLUMNS
from fer_core.types import EmotionSample


def _share(value: float | None) -> float | None:
    """A share in 0..1, or None where it was not measured (None or NaN).

    Raises:
        ValueError: it lies outside.
    """
    if value is None or math.isnan(value):
        return None
    if not -1e-6 <= value <= 1 + 1e-6:
        raise ValueError(f"A share lies in 0..1. Received: {value}.")
    return min(1.0, max(0.0, float(value)))


def _probs(values: tuple[float, ...]) -> dict[str, float]:
    numbers = [float(value) for value in values]
    if len(numbers) != NUM_EMOTIONS or not all(0 <= p <= 1 + 1e-4 for p in numbers):
        raise ValueError(f"probs must be {NUM_EMOTIONS} numbers in 0..1. Received: {numbers}.")
    return dict(zip(PROB_COLUMNS, numbers, strict=True))


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One track over one second, of one check-in.

    Attributes:
        checkin_id, person_id: to whom it belongs.
        second_s: UTC, whole seconds since 1970.
        track_id: the stream's id of the face.
        probs: seven means in 0..1, order ``labels.EMOTIONS``.
        coverage: share of the second with a valid face, 0..1.
        facing, eyes_open: shares of the valid time, 0..1; None where not measured.
    """

    checkin_id: int
    person_id: int
    second_s: int
    track_id: int
    probs: tuple[float, ...]
    coverage: float
    facing: float | None = None
    eyes_open: float | None = None

    @classmethod
    def of(
        cls,
        sample: EmotionSample,
        *,
        checkin_id: int,
        person_id: int,
        zero_s: float,
    ) -> Self:
        """The row of a sample.

        Args:
            sample: of a window of one second.
            checkin_id, person_id: to whom it belongs.
            zero_s: UTC time in seconds since 1970 at which the sample's clock stood at 0.
        """
        return cls(
            checkin_id=checkin_id,
            person_id=person_id,
            second_s=math.floor(zero_s + sample.time_s),
            track_id=sample.track_id,
            probs=tuple(float(p) for p in sample.probs),
            coverage=sample.coverage,
            facing=sample.facing,
            eyes_open=sample.eyes_open,
        )

    def values(self) -> dict[str, Any]:
        """Column to value.

        Raises:
            ValueError: a number lies outside its range.
        """
        return {
            "checkin_id": self.checkin_id,
            "person_id": self.person_id,
            "second_s": self.second_s,
            "track_id": self.track_id,
            **_probs(self.probs),
            "coverage": _share(self.coverage) or 0.0,
            "facing": _share(self.facing),
            "eyes_open": _share(self.eyes_open),
        }


@dataclass(frozen=True, slots=True)
class RoomSecondRow:
    """A second of a room as a whole; never of fewer people than the room's ``k_min``.

    Attributes:
        room_id: the room.
        second_s: UTC, whole seconds since 1970.
        people: how many people the numbers are of.
        probs: seven means in 0..1, order ``labels.EMOTIONS``.
        facing, eyes_open, concentration: shares in 0..1; None where not measured.
    """

    room_id: int
    second_s: int
    people: int
    probs: tuple[float, ...]
    facing: float | None = None
    eyes_open: float | None = None
    concentration: float | None = None

    def values(self) -> dict[str, Any]:
        """Column to value.

        Raises:
            ValueError: a number lies outside its range.
        """
        return {
            "room_id": self.room_id,
            "second_s": self.second_s,
            "people": self.people,
            **_probs(self.probs),
            "facing": _share(self.facing),
            "eyes_open": _share(self.eyes_open),
            "concentration": _share(self.concentration),
        }


Row = SampleRow | RoomSecondRow
