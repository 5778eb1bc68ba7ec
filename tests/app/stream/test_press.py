"""A press counts once, however often the browser tells of it, and never too late."""

from typing import Any

import pytest

from fer_core.app.stream.press import Press, Presses, parse_press


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def started() -> Counter:
    return Counter()


def offered(started: Counter) -> Presses:
    presses = Presses()
    presses.offer("start", started)
    return presses


def test_a_lost_press_is_acted_on_once(started: Counter) -> None:
    presses = offered(started)
    told = Press(1000, presses.version)
    assert presses.take(told)
    assert presses.act()
    assert started.count == 1
    assert not presses.take(told), "it is told until the answer is there"
    assert not presses.act()
    assert started.count == 1


def test_a_press_that_was_heard_is_not_acted_on_again(started: Counter) -> None:
    presses = Presses()
    version = presses.version
    press_by_streamlit = presses.offer("start", started)
    press_by_streamlit()
    assert started.count == 1
    assert not presses.take(Press(1000, version))
    assert not presses.act()
    assert started.count == 1


def test_a_late_press_undoes_no_newer_wish(started: Counter) -> None:
    presses = offered(started)
    late = Press(1000, presses.version)
    presses.note_change()  # Start was heard otherwise
    presses.note_change()  # and then Stop was pressed
    assert not presses.take(late)
    newer = Press(2000, presses.version)
    assert presses.take(newer)
    assert not presses.take(late)


def test_what_was_pressed_in_another_visit_starts_nothing(started: Counter) -> None:
    told = Press(1000, offered(started).version)
    assert not offered(started).take(told)


def test_without_a_button_there_is_no_press(started: Counter) -> None:
    presses = offered(started)
    presses.withdraw()
    assert not presses.take(Press(1000, presses.version))
    assert (presses.key, started.count) == ("", 0)


@pytest.mark.parametrize(
    ("value", "press"),
    [
        ({"number": 1_800_000_000_000, "version": 3, "times": 1}, Press(1_800_000_000_000, 3)),
        ({"number": 5.0, "version": 3.0}, Press(5, 3)),
        (None, None),
        ([5, 3], None),
        ({"number": "5", "version": 3}, None),
        ({"number": float("nan"), "version": 3}, None),
        ({"number": 1e300, "version": 3}, None),
        ({"version": 3}, None),
    ],
)
def test_only_a_press_is_read_as_one(value: Any, press: Press | None) -> None:
    assert parse_press(value) == press
