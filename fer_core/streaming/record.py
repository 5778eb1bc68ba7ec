"""A session's results, second by second."""

from collections import deque

from fer_core.temporal import SecondWindows
from fer_core.types import EmotionSample, FrameResult

#: Four hours of four faces; what is older is forgotten, so that a stream left on stays small.
MAX_SAMPLES = 4 * 3600 * 4


class SessionRecord:
    """Keeps one sample per track and second; memory is bounded. Not for two threads at once."""

    def __init__(self, max_samples: int = MAX_SAMPLES) -> None:
        self._windows = SecondWindows()
        self._samples: deque[EmotionSample] = deque(maxlen=max_samples)

    def __len__(self) -> int:
        return len(self._samples)

    def add(self, result: FrameResult) -> None:
        """Take a result in; results come in the order of their time."""
        self._samples.extend(self._windows.add(result))

    def samples(self) -> tuple[EmotionSample, ...]:
        """The complete seconds, oldest first."""
        return tuple(self._samples)

    def finish(self) -> None:
        """The second under way counts as it is; nothing is added later."""
        self._samples.extend(self._windows.flush())
