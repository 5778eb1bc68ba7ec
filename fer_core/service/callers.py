"""Who calls: a key, how often it may, and what the audit log says of it."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fer_core.access import AttemptLimiter
from fer_core.access.api_keys import find_api_key
from fer_core.config import settings
from fer_core.errors import AccessError, FerError
from fer_core.storage import audit, shared_store

_MINUTE_S: Final = 60.0
_HOUR_S: Final = 3600
#: Wrong keys from one network before it has to wait, and the time over which they count.
_WRONG, _WRONG_S = 10, 600.0
_MIB: Final = 1024 * 1024


class RateError(FerError):
    """More requests than the key allows, or too many wrong keys.

    Attributes:
        wait_s: until the next one may come.
    """

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a key.

    Attributes:
        key_id: of the key.
        number: random, stands for the key in the audit log.
        max_bytes: of one upload.
    """

    key_id: int
    number: int
    max_bytes: int


class Callers:
    """Thread-safe; what it counts is in the memory of this process.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong = AttemptLimiter(_WRONG, _WRONG_S, clock=clock)
        self._lock = threading.Lock()
        self._calls: dict[int, deque[float]] = {}
        self._noted: dict[tuple[int, str], int] = {}

    def admit(self, token: str, network: str, action: str) -> Caller:
        """The caller of a request, which counts from now on.

        Args:
            token: as it was sent; empty where none was.
            network: where it came from, as limits count it.
            action: in a word; the audit log has a line for its first in an hour.

        Raises:
            AccessError: no key, or one that is wrong, too old or withdrawn.
            RateError: too many requests, or wrong keys.
            StorageError: keys cannot be looked up now.
        """
        if (wait_s := self._wrong.wait_s(network)) > 0:
            raise RateError("Too many wrong keys came from your network; wait.", wait_s)
        if not token:
            raise AccessError(
                "A key is needed: send it as 'Authorization: Bearer KEY'. The owner of this "
                "server makes keys on its Access page."
            )
        store = shared_store()
        try:
            with store.read() as session:
                key = find_api_key(session, token=token, now_s=store.now_s())
                per_minute = key.per_minute
                most = min(key.max_mb, settings().max_upload_mb) * _MIB
                caller = Caller(key.id, key.number, most)
        except AccessError:
            self._wrong.note_wrong(network)
            raise
        self._count(caller.key_id, per_minute)
        self._note(caller, action)
        return caller

    def _count(self, key_id: int, per_minute: int) -> None:
        now = self._clock()
        with self._lock:
            calls = self._calls.setdefault(key_id, deque())
            while calls and calls[0] <= now - _MINUTE_S:
                calls.popleft()
            if len(calls) >= per_minute:
                wait_s = calls[0] + _MINUTE_S - now
                raise RateError(
                    f"This key allows {per_minute} requests a minute; the next one may come in "
                    f"{wait_s:.0f} s.",
                    wait_s,
                )
            calls.append(now)

    def _note(self, caller: Caller, action: str) -> None:
        store = shared_store()
        hour = store.now_s() // _HOUR_S
        with self._lock:
            if self._noted.get((caller.key_id, action)) == hour:
                return
            self._noted[caller.key_id, action] = hour
        with store.write() as session:
            audit.note(
                session,
                action="called",
                subject=f"API, {action}, first of the hour",
                now_s=store.now_s(),
                number=caller.number,
            )
