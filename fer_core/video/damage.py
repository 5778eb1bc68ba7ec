"""What damage in a video costs: spans of time without a picture."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import av

#: Damaged packets that are remembered between two frames.
_MOST_NOTED: Final = 10_000
#: A gap of more frames than this between two pictures is a loss.
_GAP_FRAMES: Final = 1.5


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

    def note(self, at_s: float | None, reason: str) -> None:
        """Something could not be read, at a time on the file's own clock; None is unknown."""
        if len(self._noted) < _MOST_NOTED:
            self._noted.append((at_s, reason))

    @property
    def first_reason(self) -> str:
        """Of what was noted and not accounted for yet; empty without."""
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
        if not found:
            return
        self._noted = [d for d in self._noted if d not in found]
        self._lose(last_s, at_s)

    def account_end(self, last_s: float, until_s: float) -> bool:
        """Damage behind the last frame; False where there was none."""
        if not self._noted:
            return False
        self._lose(last_s, until_s)
        return True

    def _lose(self, last_s: float, until_s: float) -> None:
        self.near_s.append(last_s)
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
