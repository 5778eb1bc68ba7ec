"""The queue: one training at a time in a data folder, the others in the order they came."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fer_core.config import settings
from fer_core.errors import BusyError
from fer_core.files import clear_pieces
from fer_core.locks import try_hold
from fer_core.runs.listing import RUN_LOCK, State, find_run
from fer_core.training.health import explain_failure
from fer_core.training.run import STOP_FILE, RunFolder, check_free

LOOK_EVERY_S = 1.0
#: Freed before the reason of an end is written, which a full disk would refuse.
RESERVE_BYTES = 16_384
#: What a killed training left of a checkpoint has megabytes; the app writes its own in no time.
PIECE_S = 60.0


def turn_lock() -> Path:
    """The file whose lock is held by the one that trains, wherever its folder lies."""
    folder = settings().data_dir
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "training.lock"


def work_in_turn(run: RunFolder, work: Callable[[], object], say: Callable[[str], None]) -> None:
    """Hold the run, wait until no other one trains and none came earlier, then do the work.

    However the work ends, the run's status says so. Ctrl-C, SIGTERM and a wish to stop end it as
    ``stopped``, without an exception.

    Raises:
        BusyError: another process works on this run.
    """
    with try_hold(run.path / RUN_LOCK) as is_mine:
        if not is_mine:
            raise BusyError(f"Another process works on the run {run.path.name}: stop it first.")
        check_free(run)
        clear_pieces(run.path, older_than_s=PIECE_S)
        reserve = run.path / "reserve"
        with suppress(OSError):
            reserve.write_bytes(b"\0" * RESERVE_BYTES)
        try:
            with _sigterm_as_ctrl_c(), _turn(run, say):
                work()
        except KeyboardInterrupt:
            run.set_status(State.STOPPED)
            say(f"Stopped after {len(run.history())} finished epochs; `runs resume` goes on.")
        except BaseException as error:
            reserve.unlink(missing_ok=True)
            with suppress(OSError):  # then the folder itself tells that the disk is full
                run.set_status(State.FAILED, error=explain_failure(error))
            raise
        finally:
            for name in (STOP_FILE, reserve.name):
                (run.path / name).unlink(missing_ok=True)


def yield_to_others() -> None:
    """Give this process the lowest priority, so that it never slows the live page to a halt."""
    if hasattr(os, "nice"):
        os.nice(10)


@contextmanager
def _turn(run: RunFolder, say: Callable[[str], None]) -> Iterator[None]:
    status = run.read_json("status.json")
    since = status.get("queued_s") if status.get("state") == State.QUEUED else None
    run.set_status(State.QUEUED, queued_s=since or time.time(), locked=True, left_s=None)
    said = None
    while True:
        if run.wants_stop:
            raise KeyboardInterrupt
        place = find_run(run.path.name, run.path.parent).place
        if place == 1:
            with try_hold(turn_lock(), patience_s=0.05) as is_my_turn:
                if is_my_turn:
                    run.set_status(State.PREPARING)
                    yield
                    return
        if place not in (None, said):
            said = place
            say(f"Another run is training: waiting, place {place} in the queue.")
        time.sleep(LOOK_EVERY_S)


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """A shutdown of the computer then leaves ``stopped``, with all that was reached."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
