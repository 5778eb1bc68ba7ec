"""Whether this process hands its visitors over to others, and how long they may still stay."""

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from fer_core.text import Sentence, mark

#: Told to who presses Start meanwhile.
NO_PLACE: Final = mark(
    "This server is about to end: where another takes over, your camera starts there by itself."
)

#: Told to who would begin on their own device meanwhile: it could be cut off before its end.
NO_BEGINNING: Final = mark(
    "This server is about to end: in a moment this page opens at another by itself. Press again "
    "there."
)


class Drain:
    """The end of a process that others take over from. Thread-safe.

    Whatever holds visitors tells it so when it is made: what is not made need not be loaded for it.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._end_s: float | None = None
        self._counts: list[tuple[str, Callable[[], int]]] = []
        self._refusals: list[Callable[[str], None]] = []
        self._ends: list[Callable[[], None]] = []

    def watch(
        self,
        *,
        kind: str = "",
        count: Callable[[], int] | None = None,
        refuse: Callable[[str], None] | None = None,
        end: Callable[[], None] | None = None,
    ) -> None:
        """Take something in that holds visitors.

        Args:
            kind: ``streams`` to this process, ``devices`` that send to it, ``uploads`` on their
                way, ``analyses`` of visitors, or ``jobs`` of programs.
            count: how many there are that the end has to wait for.
            refuse: lets nobody new in, and tells them this sentence.
            end: hands over what it holds; called once all visitors are gone.
        """
        with self._lock:
            self._counts += [(kind, count)] if count else []
            self._refusals += [refuse] if refuse else []
            self._ends += [end] if end else []
            is_on = self._end_s is not None
        if is_on and refuse:
            refuse(NO_PLACE)

    def begin(self, within_s: float) -> bool:
        """From now on nobody new is let in, and who is here may stay for so many seconds.

        Returns:
            False where it has begun already; that changes nothing.
        """
        with self._lock:
            if self._end_s is not None:
                return False
            self._end_s = self._clock() + within_s
            refusals = tuple(self._refusals)
        for refuse in refusals:
            refuse(NO_PLACE)
        return True

    def finish(self) -> None:
        """All visitors are gone: hand over what is left."""
        with self._lock:
            ends, self._ends = tuple(self._ends), []
        for end in ends:
            end()

    @property
    def held(self) -> int:
        """How much holds the end, of all kinds."""
        return sum(count() for _, count in tuple(self._counts))

    def held_of(self, kind: str) -> int:
        """How much of this kind holds the end."""
        return sum(count() for one, count in tuple(self._counts) if one == kind)

    @property
    def is_on(self) -> bool:
        """Whether it has begun."""
        return self._end_s is not None

    @property
    def left_s(self) -> float:
        """Seconds for which visitors may still stay; 0 at the end, and infinite before it began."""
        end_s = self._end_s
        return float("inf") if end_s is None else max(0.0, end_s - self._clock())

    @property
    def results_sentence(self) -> str:
        """What visitors with an analysis are told."""
        return Sentence(
            mark(
                "This server is about to end: save your results within {n} s. What is not saved "
                "then is gone; another server takes your files anew."
            ),
            n=f"{self.left_s:.0f}",
        )

    @property
    def sentence(self) -> str:
        """What visitors with a camera are told."""
        return Sentence(
            mark(
                "This server is about to end: what runs may go on for {n} s. Where another takes "
                "over, your camera then goes on there by itself."
            ),
            n=f"{self.left_s:.0f}",
        )


@lru_cache(maxsize=1)
def shared_drain() -> Drain:
    """That of this process."""
    return Drain()
