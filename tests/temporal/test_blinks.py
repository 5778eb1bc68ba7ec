"""Blinks, closed eyes and PERCLOS from made contrasts."""

import math

import numpy as np
import pytest

from fer_core.temporal.blinks import LEAST_S, BlinkDetector, BlinkRates

OPEN, SHUT = 0.65, 0.08


def _contrast(t: float, closed: list[tuple[float, float]], level: float) -> float:
    return level * (SHUT if any(a <= t < b for a, b in closed) else OPEN)


def _follow(
    closed: list[tuple[float, float]], *, length_s: float, fps: float, level: float = 1.0
) -> tuple[BlinkDetector, list[float]]:
    detector, durations = BlinkDetector(), []
    for i in range(int(length_s * fps)):
        ended = detector.add(i / fps, _contrast(i / fps, closed, level))
        if ended is not None:
            durations.append(ended.duration_s)
    return detector, durations


@pytest.mark.parametrize("fps", [15.0, 25.0, 30.0, 60.0])
@pytest.mark.parametrize("level", [0.6, 1.0])
def test_rate_and_duration_within_five_percent(fps: float, level: float) -> None:
    times = np.linspace(2.0, 58.0, 18)
    closed = [(float(t), float(t) + 0.2) for t in times]
    detector, durations = _follow(closed, length_s=60.0, fps=fps, level=level)
    rates = detector.rates(60.0)
    assert len(durations) == 18
    assert rates.blink_rate_per_min == pytest.approx(18, rel=0.05)
    assert rates.blink_duration_s == pytest.approx(0.2, abs=0.02)
    assert rates.perclos == pytest.approx(18 * 0.2 / 60, rel=0.1)


def test_long_closures_are_closed_eyes_and_no_blinks() -> None:
    detector, _ = _follow([(10, 16), (30, 36)], length_s=60.0, fps=30.0)
    rates = detector.rates(60.0)
    assert rates.blink_rate_per_min == 0
    assert math.isnan(rates.blink_duration_s)
    assert rates.perclos == pytest.approx(12 / 60, abs=0.005)


def test_eyes_closed_at_the_end_count_so_far() -> None:
    detector, _ = _follow([(50, 99)], length_s=60.0, fps=30.0)
    assert detector.is_closed
    assert detector.rates(60.0).perclos == pytest.approx(10 / 60, abs=0.005)


def test_only_the_last_minute_counts() -> None:
    detector, _ = _follow([(5, 5.2), (100, 100.2)], length_s=120.0, fps=30.0)
    assert detector.rates(120.0).blink_rate_per_min == pytest.approx(1, rel=0.05)


def test_gaps_are_not_measured_time() -> None:
    detector = BlinkDetector()
    for i in range(30 * 20):
        detector.add(i / 30, OPEN)
    for i in range(30 * 20):
        detector.add(40 + i / 30, OPEN if i != 300 else SHUT)
    rates = detector.rates(60.0)
    assert rates.blink_rate_per_min == pytest.approx(60 / 40, rel=0.02)


@pytest.mark.parametrize("contrast", [float("nan"), 0.1])
def test_eyes_that_cannot_be_seen_are_unknown(contrast: float) -> None:
    detector = BlinkDetector()
    for i in range(30 * 30):
        detector.add(i / 30, contrast)
    assert math.isnan(detector.rates(30.0).perclos)


def test_a_few_seconds_are_no_minute() -> None:
    detector, _ = _follow([(2, 2.2)], length_s=LEAST_S - 1, fps=30.0)
    assert math.isnan(detector.rates(LEAST_S - 1).blink_rate_per_min)
    assert math.isnan(BlinkRates().perclos)
