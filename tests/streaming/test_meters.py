import logging

import pytest

from fer_core.streaming.meters import ErrorMeter, MedianMeter, RateMeter


@pytest.mark.parametrize(
    ("times", "now", "expected"),
    [
        ([], 0.0, 0.0),
        ([1.0], 1.0, 0.0),
        ([n / 30 for n in range(90)], 89 / 30, 30.0),
        ([n / 5 for n in range(15)], 14 / 5, 5.0),
        ([0.0, 0.1, 0.2], 99.0, 0.0),
        ([1.0, 1.0, 1.0], 1.0, 0.0),
    ],
)
def test_rate(times: list[float], now: float, expected: float) -> None:
    meter = RateMeter()
    for time_s in times:
        meter.add(time_s)
    assert meter.rate(now) == pytest.approx(expected)


def test_rate_falls_while_nothing_comes() -> None:
    meter = RateMeter()
    for n in range(31):
        meter.add(n / 30)
    assert meter.rate(1.0) == pytest.approx(30)
    assert meter.rate(2.0) == pytest.approx(15.5)
    assert meter.rate(5.0) == 0.0


def test_what_comes_all_at_once_after_a_stall_was_no_faster() -> None:
    meter = RateMeter()
    for n in range(31):
        meter.add(n / 30)
    for n in range(60):
        meter.add(6.0 + n / 300)
    assert meter.rate(6.2) == pytest.approx(60 / 3, rel=0.05), "not 300 frames a second"
    for n in range(1, 121):
        meter.add(6.2 + n / 30)
    assert meter.rate(10.2) == pytest.approx(30)


def test_median_of_the_last_values() -> None:
    meter = MedianMeter(size=3)
    assert meter.median() is None
    for value in (100.0, 1.0, 2.0, 3.0):
        meter.add(value)
    assert meter.median() == 2.0


def test_errors_are_counted_by_kind_and_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [0.0]
    meter = ErrorMeter(logging.getLogger("test.errors"), lambda: now[0])
    for n in range(125):
        now[0] = float(n)
        meter.record("analysis", ValueError("boom"))
    meter.record("analysis", KeyError("k"))
    meter.record("drawing", ValueError("boom"))
    assert meter.counts() == {
        "analysis: ValueError": 125,
        "analysis: KeyError": 1,
        "drawing: ValueError": 1,
    }
    lines = [r.getMessage() for r in caplog.records]
    assert len(lines) == 5
    assert lines[1] == "Live stream, analysis: ValueError (60 new, 61 in all)."
    assert "boom" in caplog.text
