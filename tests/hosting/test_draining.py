"""The end of a process that others take over from."""

import pytest

from fer_core.errors import BusyError
from fer_core.hosting.draining import NO_PLACE, Drain
from fer_core.streaming import Admission
from tests.clock import Clock


def test_it_begins_once_and_ends_by_the_clock() -> None:
    clock = Clock(100.0)
    drain = Drain(clock)
    assert not drain.is_on
    assert drain.left_s == float("inf")
    assert drain.begin(30)
    clock.now_s += 10
    assert not drain.begin(99), "a second signal does not prolong it"
    assert drain.left_s == 20
    assert "for 20 s" in drain.sentence
    clock.now_s += 99
    assert drain.left_s == 0


def test_nobody_new_gets_a_place_and_who_has_one_keeps_it() -> None:
    drain, admission, later = Drain(), Admission(3), Admission(3)
    drain.watch(kind="streams", count=lambda: admission.in_use, refuse=admission.refuse)
    held = admission.acquire("here")
    drain.begin(30)
    drain.watch(kind="devices", count=lambda: later.in_use, refuse=later.refuse)
    with pytest.raises(BusyError, match="about to end"):
        admission.acquire("new")
    with pytest.raises(BusyError, match=NO_PLACE[:20]):
        later.acquire("new")
    assert held.touch()
    assert admission.acquire("here").is_held, "a page that is loaded anew goes on"
    assert (drain.held, drain.held_of("streams"), drain.held_of("devices")) == (1, 1, 0)


def test_what_is_held_is_handed_over_once() -> None:
    drain, ended = Drain(), []
    drain.watch(end=lambda: ended.append(1))
    drain.finish()
    drain.finish()
    assert ended == [1]
