"""How many streams one process serves at once, and who has a place."""

import math
import threading
import time
import weakref
from collections.abc import Callable, Hashable

from fer_core.errors import BusyError, ConfigError
from fer_core.processes import usable_cores
from fer_core.text import Sentence, mark

#: A place is free again this long after its last sign of life: under a minute, yet longer than a
#: page says nothing while its video begins (up to 30 s where its offer waits for the answer).
SILENCE_S = 50.0
#: Where others wait, a place whose camera has shown nothing for so long goes to them: time enough
#: to answer the browser's question, too short to hold places with nothing.
ASKING_S = 15.0
#: And from the moment in which the camera is open, time enough to connect, also at a second try.
CONNECTING_S = 60.0

#: Where others wait, the place of a page that was closed goes to them after so long a silence: its
#: visitor may only have lost the network for a moment.
GONE_S = 5.0

#: Whoever was in a room with their camera finds a place again within this time, though others wait:
#: a page that is loaded anew, a laptop that was shut for a moment.
KEPT_S = 600.0

#: Cores set aside for one analysed stream of 640x480 at 30 fps. ``bench live`` measured 0.12 to
#: 0.31 on a machine of two cores under changing load; the rest is for pages and further faces.
CORES_PER_STREAM = 0.45


def default_max_streams(cores: int | None = None) -> int:
    """Streams that a machine carries: its cores over what one stream takes, at least one.

    ``bench live`` measures what a stream takes; the default leaves room above that figure for the
    pages themselves and for faces beyond the first.
    """
    return max(1, math.floor((cores or usable_cores()) / CORES_PER_STREAM))


class Lease:
    """A place, held by its visitor as long as it is touched. Thread safe."""

    def __init__(
        self, admission: "Admission", key: Hashable, is_open: Callable[[], bool] = lambda: True
    ) -> None:
        self._admission = admission
        self._key = key
        self.is_open = is_open

    def touch(self) -> bool:
        """Sign of life, once per frame; True while the place is held.

        A place lost to silence is taken again if one is free: a laptop that slept goes on. One
        that was released, or taken over by the same visitor's newer lease, stays lost.
        """
        return self._admission._touch(self._key, self)

    def note_frame(self) -> bool:
        """As ``touch``, by a frame of the camera: the place is used, not only asked for."""
        return self._admission._touch(self._key, self, has_frame=True)

    def note_camera(self) -> None:
        """The camera is open, and the video is being connected: its first frame may take longer."""
        self._admission._note_camera(self._key, self)

    def release(self) -> None:
        """Give the place back; a second time does nothing."""
        self._admission._release(self._key, self)

    @property
    def is_held(self) -> bool:
        """True while the place is this lease's."""
        return self._admission._is_held(self._key, self)


class Admission:
    """The places of one process. Thread safe.

    Args:
        max_streams: number of places; ``default_max_streams()`` by default.
        silence_s: seconds without a sign of life after which a place is free again.
        clock: monotonic seconds.

    Raises:
        ConfigError: a number of places below 1, or a silence outside 0..60 s.
    """

    def __init__(
        self,
        max_streams: int | None = None,
        *,
        silence_s: float = SILENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_streams = default_max_streams() if max_streams is None else max_streams
        if self.max_streams < 1:
            raise ConfigError(f"max_streams must be at least 1. Received: {max_streams}.")
        if not 0 < silence_s < 60:
            raise ConfigError(f"silence_s must lie in 0..60 s. Received: {silence_s}.")
        self._silence_s = silence_s
        self._clock = clock
        self._lock = threading.Lock()
        self._seen_s: dict[Hashable, float] = {}
        self._holders: dict[Hashable, Lease] = {}
        # Members of rooms: who holds a place as which, and when each one's camera was here last.
        self._members: dict[Hashable, Hashable] = {}
        self._here_s: dict[Hashable, float] = {}
        # Places whose camera has shown nothing yet: until when they keep it, and from where.
        self._asking: dict[Hashable, tuple[float, str]] = {}
        # Leases that may not come back; they leave the set when nobody holds them any more.
        self._ended: weakref.WeakSet[Lease] = weakref.WeakSet()
        self._refusal: str | None = None

    def refuse(self, sentence: str) -> None:
        """Let nobody new in from now on, and say this to them; who has a place keeps it."""
        self._refusal = sentence

    def acquire(
        self,
        key: Hashable,
        address: str = "",
        *,
        member: Hashable | None = None,
        is_open: Callable[[], bool] = lambda: True,
    ) -> Lease:
        """A place for a visitor; one who has a place already keeps it under the new lease.

        From one address, only half of the places may wait for a camera at the same time; a class
        behind one address comes in one after another, as its cameras start. Places are kept for
        members of rooms who were here within ``KEPT_S`` and are not now, half of all at most.

        Args:
            key: who it is, the same after a reload of the page.
            address: from where; empty for this computer, and where it is not known.
            member: whose place in a room it is; None outside rooms.
            is_open: whether the visitor's page is open still; asked from any thread.

        Raises:
            BusyError: every place is taken, or nobody is let in any more.
        """
        with self._lock:
            self._expire()
            if self._refusal is not None and key not in self._holders:
                raise BusyError(self._refusal)
            if key not in self._holders and self._is_full(member):
                self._make_room(member)
            if key not in self._holders and (self._is_full(member) or self._asks_too_much(address)):
                raise BusyError(
                    Sentence(
                        mark(
                            "All {n} places are taken: a place is free again when someone leaves, "
                            "so this page keeps trying."
                        ),
                        n=self.max_streams,
                    )
                )
            if (older := self._holders.get(key)) is not None:
                self._ended.add(older)
            lease = Lease(self, key, is_open)
            self._members.pop(key, None)
            if member is not None:
                self._members[key] = member
            self._hold(key, lease)
            self._asking[key] = (self._clock() + ASKING_S, address)
            return lease

    def forget(self, member: Hashable) -> None:
        """They left the room: nothing is kept for them any more."""
        with self._lock:
            self._here_s.pop(member, None)
            for key in [key for key, one in self._members.items() if one == member]:
                del self._members[key]

    @property
    def in_use(self) -> int:
        """Places taken now."""
        with self._lock:
            self._expire()
            return len(self._holders)

    @property
    def free(self) -> int:
        """Places free now."""
        return self.max_streams - self.in_use

    def _is_full(self, member: Hashable | None) -> bool:
        """Whether there is no place for somebody new: for members also those that are kept."""
        limit_s = self._clock() - KEPT_S
        self._here_s = {one: at for one, at in self._here_s.items() if at > limit_s}
        self._members = {
            key: one
            for key, one in self._members.items()
            if key in self._holders or one in self._here_s
        }
        here = {self._members.get(key) for key in self._holders}
        away = self._here_s.keys() - here
        kept = 0 if member in away else min(len(away), self.max_streams // 2)
        return len(self._holders) + kept >= self.max_streams

    def _make_room(self, member: Hashable | None) -> None:
        """Take places back until there is one: of closed pages, then of those that ask for long."""
        now_s = self._clock()
        for key in sorted(self._seen_s, key=self._seen_s.__getitem__):  # the longest silent first
            if not self._is_full(member):
                return
            if self._seen_s[key] <= now_s - GONE_S and not self._holders[key].is_open():
                self._drop(key)  # who comes back has it again where one is free
        for key in sorted(self._asking, key=lambda key: self._asking[key][0]):
            if not self._is_full(member):
                return
            if self._asking[key][0] <= now_s:
                self._ended.add(self._holders[key])
                self._drop(key)

    def _asks_too_much(self, address: str) -> bool:
        if not address or self.max_streams == 1:
            return False
        asking = sum(where == address for _, where in self._asking.values())
        return asking >= self.max_streams // 2

    def _drop(self, key: Hashable) -> None:
        del self._holders[key], self._seen_s[key]
        self._asking.pop(key, None)
        if (member := self._members.get(key)) in self._here_s:
            self._here_s[member] = self._clock()

    def _hold(self, key: Hashable, lease: Lease) -> None:
        self._holders[key] = lease
        self._seen_s[key] = self._clock()

    def _expire(self) -> None:
        limit_s = self._clock() - self._silence_s
        for key in [key for key, seen_s in self._seen_s.items() if seen_s <= limit_s]:
            self._drop(key)

    def _touch(self, key: Hashable, lease: Lease, *, has_frame: bool = False) -> bool:
        with self._lock:
            if self._holders.get(key) is not lease:
                self._expire()
                if key in self._holders or lease in self._ended:
                    return False
                if self._is_full(self._members.get(key)):
                    return False
            self._hold(key, lease)
            if has_frame:
                self._asking.pop(key, None)
                if (member := self._members.get(key)) is not None:
                    self._here_s[member] = self._clock()
            return True

    def _note_camera(self, key: Hashable, lease: Lease) -> None:
        with self._lock:
            if self._holders.get(key) is lease and key in self._asking:
                _, address = self._asking[key]
                self._asking[key] = (self._clock() + CONNECTING_S, address)

    def _release(self, key: Hashable, lease: Lease) -> None:
        with self._lock:
            self._ended.add(lease)
            if self._holders.get(key) is lease:
                self._drop(key)

    def _is_held(self, key: Hashable, lease: Lease) -> bool:
        with self._lock:
            self._expire()
            return self._holders.get(key) is lease
