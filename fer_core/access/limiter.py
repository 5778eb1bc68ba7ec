"""Slows down who tries keys or codes at random."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address

#: More addresses than this are not remembered; the one that was quiet longest is forgotten.
_MOST_KEYS = 10_000


def network_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one IPv6 connection is given.

    An IPv4 address in IPv6 clothes is that address; what is no address is taken as it is.
    """
    try:
        found = ip_address(address.split("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(IPv6Network((found, 64), strict=False))
    return str(found)


class AttemptLimiter:
    """Counts wrong tries by key, such as an address; thread-safe, in the memory of one process.

    Args:
        most: wrong tries within the window after which the key is shut out.
        window_s: seconds after which a wrong try no longer counts.
        clock: seconds, monotonic.
    """

    def __init__(
        self, most: int, window_s: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._window_s, self._clock = most, window_s, clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: str) -> float:
        """Seconds until the key may try again; 0 where it may now."""
        with self._lock:
            tries = self._recent(key)
            if len(tries) < self._most:
                return 0.0
            return max(0.0, tries[-self._most] + self._window_s - self._clock())

    def note_wrong(self, key: str) -> None:
        """Count a wrong try."""
        with self._lock:
            tries = self._recent(key)
            tries.append(self._clock())
            self._wrong[key] = tries
            self._wrong.move_to_end(key)
            while len(self._wrong) > _MOST_KEYS:
                self._wrong.popitem(last=False)

    def forget(self, key: str) -> None:
        """A right try: start anew."""
        with self._lock:
            self._wrong.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        tries = self._wrong.get(key)
        if tries is None:
            return deque(maxlen=self._most)
        since = self._clock() - self._window_s
        while tries and tries[0] <= since:
            tries.popleft()
        return tries
