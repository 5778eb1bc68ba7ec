"""What is sent of one frame: the same values for every outlet."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol, Self

from fer_core.affect import AFFECT
from fer_core.labels import EMOTIONS
from fer_core.records import FaceRecord, FrameRecord
from fer_core.temporal.blinks import BLINKS, BlinkRates, BlinkWatch
from fer_core.types import MEASURES, FrameResult

#: Of a face, the numbers that every outlet gives in this order; unknown ones are NaN or empty.
NUMBERS: Final = (*EMOTIONS, *AFFECT, *MEASURES, "eyes_closed", *BLINKS)


@dataclass(frozen=True, slots=True)
class StreamFace:
    """One face: its record, whether its eyes are closed, and the blinks of its last minute."""

    record: FaceRecord
    eyes_closed: bool
    blinks: BlinkRates

    def numbers(self) -> list[float]:
        """In ``NUMBERS``' order, NaN where unknown."""
        record, nan = self.record, float("nan")
        measures = [record.measures.get(name, nan) for name in MEASURES]
        return [
            *record.probabilities.values(),
            *(record.affect[name] for name in AFFECT),
            *measures,
            float(self.eyes_closed) if record.measures else nan,
            *asdict(self.blinks).values(),
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain values; None where unknown."""
        blinks = {
            name: round(value, 4) if math.isfinite(value) else None
            for name, value in asdict(self.blinks).items()
        }
        closed = self.eyes_closed if self.record.measures else None
        return self.record.to_dict() | {"eyes_closed": closed} | blinks


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """One frame.

    Attributes:
        seq: counts the messages from 0, without a gap.
        time_s: the source's own time, seconds since its first frame.
        captured_unix_s: when the frame reached this program, UTC seconds since 1970.
        width, height: of the frame in pixels.
        faces: the largest first.
    """

    seq: int
    time_s: float
    captured_unix_s: float
    width: int
    height: int
    faces: tuple[StreamFace, ...]

    @classmethod
    def from_result(
        cls, seq: int, captured_unix_s: float, result: FrameResult, blinks: BlinkWatch
    ) -> Self:
        """The message of a frame that ``blinks`` has taken in."""
        record = FrameRecord.from_result(result)
        order = (-result.faces.sizes).argsort(kind="stable")
        faces = []
        for row in order.tolist():
            track_id = int(result.faces.track_ids[row])
            face = record.faces[row]
            rates = blinks.rates(track_id, result.time_s)
            faces.append(StreamFace(face, blinks.is_closed(track_id), rates))
        return cls(
            seq,
            record.time_s,
            round(captured_unix_s, 4),
            record.width,
            record.height,
            tuple(faces),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON has them."""
        return {
            "seq": self.seq,
            "time_s": self.time_s,
            "captured_unix_s": self.captured_unix_s,
            "width": self.width,
            "height": self.height,
            "faces": [face.to_dict() for face in self.faces],
        }


class Outlet(Protocol):
    """Sends messages somewhere. One thread calls ``send``, in order."""

    def send(self, message: StreamMessage) -> None:
        """Send one.

        Raises:
            FerError: it cannot be sent, and the next one could not either.
        """
        ...

    def close(self) -> None:
        """Let go; what was sent has left."""
        ...
