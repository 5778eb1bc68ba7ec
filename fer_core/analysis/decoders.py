"""The processes in which strangers' files are opened; ``decoding`` says what they are asked."""

import atexit
import json
import threading
from collections.abc import Callable
from typing import Any, Final

from fer_core.errors import BusyError, DecodeError, FerError, LimitError
from fer_core.processes import usable_cores
from fer_core.text import printable_name
from fer_core.workers import close_pipes, end_worker, error_of, start_worker

#: A page waits so long for others' files.
_TURN_S: Final = 15.0


class _GoneError(Exception):
    """The process ended before it answered."""


class _Decoder:
    """A process that opens files; one request at a time."""

    def __init__(self) -> None:
        self._process = start_worker("fer_core.analysis.decoder")

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self, request: dict[str, Any], timeout_s: float, tell: Callable[[float], None]
    ) -> tuple[dict[str, Any], bytes]:
        """Its answer.

        Raises:
            FerError: what it said, or that it took too long.
            _GoneError: it ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            self._process.kill()

        watch = threading.Timer(timeout_s, stop)
        watch.start()
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            while line := self._process.stdout.readline():
                message = json.loads(line)
                if "progress" in message:
                    tell(message["progress"])
                    continue
                if "error" in message:
                    raise error_of(message)
                content = self._process.stdout.read(message["bytes"])
                if len(content) == message["bytes"]:
                    return message["result"], content
                break
        except (BrokenPipeError, ValueError):  # gone, or cut off in the middle of a line
            pass
        finally:
            watch.cancel()
            watch.join()
        if is_late.is_set():
            self._process.wait()  # else it counts as alive for a moment, and is asked again
            raise LimitError(
                f"{printable_name(request['file'])} took over {timeout_s:.0f} s to read; "
                "convert it to another format, or cut it."
            )
        raise _GoneError

    def end(self) -> int:
        """Kill it, where it still runs; its exit code."""
        code = end_worker(self._process)
        close_pipes(self._process)
        return code


class Decoders:
    """The decoders of this process, as many at once as it has cores, two at least."""

    def __init__(self) -> None:
        self._turns = threading.Semaphore(max(2, usable_cores()))
        self._lock = threading.Lock()
        self._idle: list[_Decoder] = []
        atexit.register(self.close)

    def ask(
        self, request: dict[str, Any], timeout_s: float, tell: Callable[[float], None]
    ) -> tuple[dict[str, Any], bytes]:
        if not self._turns.acquire(timeout=_TURN_S):
            raise BusyError("Others' files are being opened just now: try again in a moment.")
        try:
            return self._ask_one(request, timeout_s, tell)
        finally:
            self._turns.release()

    def _ask_one(
        self, request: dict[str, Any], timeout_s: float, tell: Callable[[float], None]
    ) -> tuple[dict[str, Any], bytes]:
        for is_last in (False, True):
            decoder = self._take()
            is_well = False
            try:
                answer = decoder.ask(request, timeout_s, tell)
                is_well = True
                return answer
            except FerError:
                is_well = decoder.is_alive
                raise
            except _GoneError:
                code = decoder.end()
                if code == 0 and not is_last:  # it had waited too long, and went just now
                    continue
                raise DecodeError(
                    f"{printable_name(request['file'])} ended the process that opened it "
                    f"({'signal' if code < 0 else 'exit code'} {abs(code)}); convert it to "
                    "another format and try again."
                ) from None
            finally:
                if is_well:
                    with self._lock:
                        self._idle.append(decoder)
                else:  # also where the page's run was ended in the middle of an answer
                    decoder.end()
        raise AssertionError  # the last time returns or raises

    def _take(self) -> _Decoder:
        with self._lock:
            while self._idle:
                decoder = self._idle.pop()
                if decoder.is_alive:
                    return decoder
                decoder.end()
        try:
            return _Decoder()
        except OSError as error:
            raise FerError(
                f"No process can be started to open files ({error.strerror or error})."
            ) from error

    def close(self) -> None:
        """End the processes that wait for work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for decoder in idle:
            decoder.end()
