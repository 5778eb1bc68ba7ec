import contextlib
import threading

import pytest

from fer_core.errors import BusyError, ConfigError
from fer_core.streaming.admission import (
    ASKING_S,
    CONNECTING_S,
    GONE_S,
    KEPT_S,
    Admission,
    Lease,
    default_max_streams,
)
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


def test_the_place_of_a_closed_page_goes_to_who_waits(clock: Clock) -> None:
    admission = Admission(1, clock=clock)
    is_open = threading.Event()
    is_open.set()
    lease = admission.acquire("a", is_open=is_open.is_set)
    clock.now_s += GONE_S
    with pytest.raises(BusyError):
        admission.acquire("b")
    lease.touch()
    is_open.clear()
    with pytest.raises(BusyError):
        admission.acquire("b")
    clock.now_s += GONE_S
    assert admission.in_use == 1, "nobody waits"
    other = admission.acquire("b")
    assert not lease.touch()
    other.release()
    assert lease.touch(), "who comes back has it again where it is free"


def test_closed_pages_give_way_first_and_no_more_than_are_needed(clock: Clock) -> None:
    admission = Admission(4, clock=clock)
    asking = [admission.acquire(f"asking {n}") for n in range(2)]
    closed = [admission.acquire(f"closed {n}", is_open=lambda: False) for n in range(2)]
    for lease in closed:
        assert lease.note_frame()
    clock.now_s += ASKING_S
    for lease in (*asking, closed[0]):
        assert lease.touch()
    clock.now_s += GONE_S
    for lease in asking:
        assert lease.touch()
    held = []
    for n in range(4):
        admission.acquire(f"new {n}").note_frame()
        held.append([lease.is_held for lease in (closed[1], closed[0], *asking)])
    assert held == [[False] * (n + 1) + [True] * (3 - n) for n in range(4)]
    with pytest.raises(BusyError):
        admission.acquire("one too many")


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


def test_two_without_a_camera_do_not_hold_all_places(clock: Clock) -> None:
    """They held every place for a minute, again and again."""
    admission = Admission(2, clock=clock)
    held = admission.acquire("attacker 1", "10.0.0.9")
    with pytest.raises(BusyError):
        admission.acquire("attacker 2", "10.0.0.9")
    assert admission.acquire("visitor", "10.0.0.1").note_frame()
    clock.now_s += 14
    assert held.touch(), "the page is open"
    with pytest.raises(BusyError):
        admission.acquire("next", "10.0.0.2")
    clock.now_s += 1
    assert admission.acquire("next", "10.0.0.2").is_held
    assert not held.touch(), "it does not come back"


def test_who_shows_a_camera_keeps_the_place_and_nobody_is_hurried_where_there_is_room(
    clock: Clock,
) -> None:
    admission = Admission(2, clock=clock)
    slow, shown = admission.acquire("slow"), admission.acquire("shown")
    assert shown.note_frame()
    clock.now_s += 40
    assert slow.touch()
    assert shown.touch()
    assert admission.in_use == 2, "nobody waits"
    assert admission.acquire("next").is_held
    assert shown.is_held
    assert not slow.is_held


def test_who_opened_the_camera_has_time_to_connect_but_not_for_ever(clock: Clock) -> None:
    admission = Admission(1, clock=clock)
    lease = admission.acquire("a")
    clock.now_s += ASKING_S - 1
    lease.note_camera()
    clock.now_s += 22
    assert lease.touch()
    with pytest.raises(BusyError):
        admission.acquire("b")
    clock.now_s += CONNECTING_S - 22
    assert lease.touch()
    assert admission.acquire("b").is_held
    lease.note_camera()
    assert not lease.touch()


def test_a_class_behind_one_address_comes_in_as_its_cameras_start(clock: Clock) -> None:
    admission = Admission(6, clock=clock)
    for number in range(6):
        assert admission.acquire(f"student {number}", "10.0.0.1").note_frame()
    assert admission.free == 0


def _seen(admission: Admission, key: str, **options: object) -> Lease:
    """A place whose camera shows something."""
    lease = admission.acquire(key, **options)  # type: ignore[arg-type]
    assert lease.note_frame()
    return lease


def test_a_member_whose_connection_broke_finds_a_place_again(clock: Clock) -> None:
    admission = Admission(2, clock=clock)
    _seen(admission, "tab", member="Ada").release()
    _seen(admission, "stranger")
    with pytest.raises(BusyError):
        admission.acquire("another stranger")
    with pytest.raises(BusyError):
        admission.acquire("somebody of the room who was not here", member="Grace")
    assert admission.acquire("another tab", member="Ada").is_held
    with pytest.raises(BusyError):
        admission.acquire("another stranger")


def test_places_are_kept_for_a_time_and_until_the_member_leaves_the_room(clock: Clock) -> None:
    admission = Admission(2, clock=clock)
    _seen(admission, "tab", member="Ada").release()
    clock.now_s += KEPT_S + 1
    strangers = [_seen(admission, "stranger"), _seen(admission, "another stranger")]
    for lease in strangers:
        lease.release()
    _seen(admission, "tab", member="Ada").release()
    admission.forget("Ada")
    assert _seen(admission, "stranger").is_held
    assert _seen(admission, "another stranger").is_held


def test_half_of_the_places_at_most_are_kept(clock: Clock) -> None:
    admission = Admission(4, clock=clock)
    leases = [_seen(admission, f"tab {n}", member=n) for n in range(4)]
    for lease in leases:
        lease.release()
    assert [_seen(admission, name).is_held for name in ("a", "b")] == [True, True]
    with pytest.raises(BusyError):
        admission.acquire("c")
    assert [_seen(admission, f"back {n}", member=n).is_held for n in (0, 1)] == [True, True]
    with pytest.raises(BusyError):
        admission.acquire("back 2", member=2)


def test_a_room_keeps_no_place_for_a_camera_that_never_showed_anything(clock: Clock) -> None:
    admission = Admission(1, clock=clock)
    admission.acquire("tab", member="nobody").release()
    assert admission.acquire("stranger").is_held
    two = Admission(2, clock=clock)
    two.acquire("tab", member="nobody").release()
    assert [_seen(two, name).is_held for name in ("a", "b")] == [True, True]
