"""What damage in a video costs: spans of time without a picture."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import av

#: Damaged packets that are remembered between two frames.
_MOST_NOTED: Final = 10_000
#: A gap of more frames than this between two pictures is a loss.
_GAP_FRAMES: Final = 1.5
#: Packets of a container that FFmpeg has mended lie so far from what is lost, in seconds, ...
_NEAR_S: Final = 0.5
#: ... and so many bytes between two packets are more than what belongs to neither.
_MOST_BETWEEN: Final = 2048
#: Of a damaged file so much less than it tells is lost; lengths are rounded, or estimated.
_MISSING_S: Final = 0.25
#: Codecs some of whose packets are no picture to be shown, and packets that say "as before".
_HIDDEN: Final = ("vp8", "vp9", "av1", "libdav1d")
_LEAST_BYTES: Final = 16


@dataclass(slots=True)
class Damage:
    """Damage of one file, told while it is read; times in seconds from its start.

    Attributes:
        step_s: from one frame to the next, on average.
        lost: (from, to) of what cannot be shown.
        near_s: the last frame before each damage, also where nothing was lost.
    """

    step_s: float
    lost: list[tuple[float, float]] = field(default_factory=list)
    near_s: list[float] = field(default_factory=list)
    _noted: list[tuple[float | None, str]] = field(default_factory=list)
    _doubts: deque[float] = field(default_factory=lambda: deque(maxlen=100))
    _behind: int = 0
    _given: set[float] = field(default_factory=set)

    def note(self, at_s: float | None, reason: str) -> None:
        """Something could not be read, at a time on the file's own clock; None is unknown."""
        if len(self._noted) < _MOST_NOTED:
            self._noted.append((at_s, reason))

    def doubt(self, at_s: float) -> None:
        """Near this time, on the file's own clock, a gap between two frames is a loss."""
        self._doubts.append(at_s)

    def watch(self, packet: av.Packet, *, is_row: bool) -> None:
        """Take in a packet that came out of the file without an error.

        FFmpeg passes over what a container cannot make sense of, and says so with the packet where
        it notices.

        Args:
            packet: the next one.
            is_row: packets lie one behind the other in this file, and all of them are seen.
        """
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None or packet.time_base is None:
            return
        at_s = float(stamp * packet.time_base)
        if packet.is_corrupt:
            self.doubt(at_s)
        if not is_row or packet.pos is None or packet.pos < 0:
            return
        if 0 < self._behind < packet.pos - _MOST_BETWEEN:
            self.doubt(at_s)
        self._behind = max(self._behind, packet.pos + packet.size)

    def give(self, packet: av.Packet, codec: str) -> None:
        """A packet goes to the decoder, some of which give no picture and no error."""
        if packet.pts is None or packet.time_base is None:
            return
        if packet.size > _LEAST_BYTES and codec not in _HIDDEN:
            self._given.add(_rounded(packet.pts * packet.time_base))

    def get(self, frame: av.VideoFrame) -> None:
        """A picture came out of the decoder."""
        if frame.pts is None or frame.time_base is None:
            return
        at_s = _rounded(frame.pts * frame.time_base)
        self._given.discard(at_s)
        if frame.is_corrupt:
            self.note(at_s, "damaged frame")
            self.doubt(at_s)

    @property
    def first_reason(self) -> str:
        """Why the first of what was noted and not accounted for is damaged; empty without."""
        return self._noted[0][1] if self._noted else ""

    @property
    def was_met(self) -> bool:
        """Whether anything was damaged so far."""
        return bool(self._noted or self.near_s)

    def account(self, last_s: float, at_s: float, start_s: float) -> None:
        """Damage between two frames: the time from the end of the first on is lost.

        Args:
            last_s, at_s: the two frames.
            start_s: time 0 on the file's own clock.
        """
        found = [d for d in self._noted if d[0] is None or d[0] - start_s < at_s + 1e-6]
        passed = {t for t in self._given if t - start_s < at_s - self.step_s / 2}
        self._given -= passed
        for given_s in passed:
            if given_s - start_s > last_s + self.step_s / 2:
                self.doubt(given_s)
        if found:
            self._noted = [d for d in self._noted if d not in found]
        if found or self._is_doubtful(last_s, at_s, start_s):
            self._lose(last_s, at_s)

    def account_begin(self, first_s: float, start_s: float) -> None:
        """Damage before the first frame: the time up to it is lost.

        Packets that gave no picture are none: a recording that was cut out of a longer one begins
        with pictures between two of which the first is missing, and decoders leave them out.
        """
        self._given = {at_s for at_s in self._given if at_s - start_s > first_s - self.step_s / 2}
        self.account(-self.step_s, first_s, start_s)

    def account_end(self, last_s: float, until_s: float, start_s: float) -> bool:
        """Damage behind the last frame; False where there was none."""
        if not self._noted and not self._is_doubtful(last_s, until_s, start_s):
            return False
        self._lose(last_s, until_s)
        return True

    def account_missing(self, end_s: float, length_s: float) -> bool:
        """A damaged file ends before the length it tells; False where it was not damaged."""
        if not self.near_s or length_s - end_s < _MISSING_S:
            return False
        self.lost.append((end_s, length_s))
        return True

    def _is_doubtful(self, last_s: float, until_s: float, start_s: float) -> bool:
        if until_s - last_s <= _GAP_FRAMES * self.step_s:
            return False
        begin_s, end_s = last_s + start_s - _NEAR_S, until_s + start_s + _NEAR_S
        return any(begin_s <= at_s <= end_s for at_s in self._doubts)

    def _lose(self, last_s: float, until_s: float) -> None:
        self.near_s.append(max(0.0, last_s))
        if until_s - last_s > _GAP_FRAMES * self.step_s:
            self.lost.append((last_s + self.step_s, until_s))


def in_order(frames: Iterator[av.VideoFrame], damage: Damage) -> Iterator[av.VideoFrame]:
    """The frames by their time; FFmpeg may give those behind damage a place too early.

    Nothing is held back, and no frame kept in memory, before damage is met.
    """
    held: av.VideoFrame | None = None
    for frame in frames:
        if held is None and not damage.was_met:
            yield frame
        elif held is None:
            held = frame
        elif frame.pts is not None and held.pts is not None and frame.time < held.time:
            yield frame
        else:
            yield held
            held = frame
    if held is not None:
        yield held


def _rounded(seconds: Fraction) -> float:
    return round(float(seconds), 5)
