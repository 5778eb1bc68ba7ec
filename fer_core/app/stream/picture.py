"""Whether pictures still come from a camera that was opened."""

from dataclasses import dataclass
from typing import Final

#: A stream without a picture for so long is stalled; the camera is opened once more where it stays
#: so while the page looks. The browser itself mends a connection within five seconds or so.
STALLED_AFTER_S: Final = 2.0
LOOK_AGAIN_AFTER_S: Final = 8.0


@dataclass(slots=True)
class PictureWatch:
    """Looks at how old the newest picture of a stream is.

    Attributes:
        is_interrupted: whether the camera is opened once more, and no picture came since.
    """

    is_interrupted: bool = False
    _stalled_since: float | None = None

    def interrupt(self) -> None:
        """The camera is opened once more."""
        self.is_interrupted, self._stalled_since = True, None

    def has_picture(self, since_frame_s: float | None, *, open_s: float) -> bool:
        """Whether a picture came since the camera was opened.

        Args:
            since_frame_s: seconds since the last picture of the stream; None before the first one.
            open_s: seconds since the camera was opened.
        """
        if since_frame_s is None:
            return False
        return not self.is_interrupted or since_frame_s < open_s

    def is_stalled(self, since_frame_s: float | None, *, open_s: float, now_s: float) -> bool:
        """Whether pictures came and have stopped for good, as far as waiting can tell.

        Args:
            since_frame_s, open_s: as for ``has_picture``.
            now_s: seconds on a monotonic clock; the page itself may have been away, so that what
                counts is how long it has looked.
        """
        if not self.has_picture(since_frame_s, open_s=open_s):
            return False
        self.is_interrupted = False
        if since_frame_s is None or since_frame_s < STALLED_AFTER_S:
            self._stalled_since = None
        elif self._stalled_since is None:
            self._stalled_since = now_s
        else:
            return now_s - self._stalled_since >= LOOK_AGAIN_AFTER_S
        return False
