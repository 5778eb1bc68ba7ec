import contextlib
import threading

import pytest

from fer_core.errors import BusyError, ConfigError
from fer_core.streaming.admission import Admission, default_max_streams
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_last_place_and_one_too_many(clock: Clock) -> None:
    admission = Admission(2, clock=clock)
    first = admission.acquire("a")
    admission.acquire("b")
    with pytest.raises(BusyError, match="All 2 places are taken"):
        admission.acquire("c")
    first.release()
    first.release()
    assert admission.free == 1
    assert admission.acquire("c").is_held


def test_silence_frees_a_place_within_a_minute(clock: Clock) -> None:
    admission = Admission(1, clock=clock)
    lease = admission.acquire("a")
    for _ in range(100):
        clock.now_s += 40
        assert lease.touch()
    clock.now_s += 59
    assert not lease.is_held
    assert admission.acquire("b").is_held
    assert not lease.touch()


def test_a_laptop_that_slept_goes_on_if_there_is_room(clock: Clock) -> None:
    admission = Admission(1, clock=clock)
    lease = admission.acquire("a")
    clock.now_s += 600
    assert admission.in_use == 0
    assert lease.touch()
    assert admission.in_use == 1


def test_a_reload_gets_the_place_back_and_ends_the_older_lease(clock: Clock) -> None:
    admission = Admission(1, clock=clock)
    older = admission.acquire("a")
    newer = admission.acquire("a")
    assert admission.in_use == 1
    assert newer.is_held
    assert not older.touch()
    older.release()
    assert newer.is_held
    newer.release()
    assert not older.touch()
    assert admission.in_use == 0


def test_a_late_frame_does_not_take_a_released_place_again(clock: Clock) -> None:
    admission = Admission(1, clock=clock)
    lease = admission.acquire("a")
    lease.release()
    assert not lease.touch()
    assert admission.free == 1


def test_never_more_than_there_are_places() -> None:
    admission, won, barrier = Admission(3), [], threading.Barrier(16)

    def visit(key: int) -> None:
        barrier.wait()
        with contextlib.suppress(BusyError):
            won.append(admission.acquire(key))

    threads = [threading.Thread(target=visit, args=(key,)) for key in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 3


@pytest.mark.parametrize(
    ("options", "says"),
    [({"max_streams": 0}, "at least 1"), ({"silence_s": 60}, "0..60"), ({"silence_s": 0}, "0..60")],
)
def test_impossible_limits(options: dict[str, float], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        Admission(**options)  # type: ignore[arg-type]


def test_default_grows_with_the_cores() -> None:
    assert default_max_streams(1) >= 1
    assert default_max_streams(64) > default_max_streams(2) > default_max_streams(1)
    assert Admission().max_streams == default_max_streams()
