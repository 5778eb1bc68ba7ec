"""Stress and happiness ratios: values by hand, intervals, and the verdict's rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.labels import EMOTIONS
from fer_core.wellbeing import (
    HAPPINESS,
    STRESS,
    STRESS_FIVE,
    RatioEstimate,
    Verdict,
    estimate_ratio,
    judge_stress,
)
from tests.temporal.results import probs_of


def rows(seconds: int, **shares: float) -> np.ndarray:
    return np.tile(probs_of(**shares), (seconds, 1))


@pytest.mark.parametrize(
    ("emotions", "expected"),
    [(STRESS, 0.1 + 0.05 + 0.15 + 0.2), (STRESS_FIVE, 0.3), (HAPPINESS, 0.3)],
)
def test_value_is_the_sum_over_its_emotions(emotions: tuple[str, ...], expected: float) -> None:
    probs = [[0.1, 0.05, 0.15, 0.3, 0.2, 0.1, 0.1]]
    found = estimate_ratio([0], probs, [1.0], emotions, window_s=1)
    assert found.value == pytest.approx(expected)
    assert set(emotions) <= set(EMOTIONS)


def test_seconds_count_by_the_time_seen_in_them() -> None:
    probs = np.concatenate([rows(1, happy=1.0), rows(1, happy=0.0)])
    found = estimate_ratio([0, 1], probs, [0.25, 0.75], HAPPINESS, window_s=4)
    assert found.value == pytest.approx(0.25)
    assert found.coverage == pytest.approx(0.25)
    assert found.valid_s == pytest.approx(1.0)


def test_interval_needs_six_blocks_and_is_repeatable() -> None:
    rng = np.random.default_rng(3)
    probs = rng.dirichlet(np.ones(7), 60)
    for seconds in (10, 20, 50):
        short = estimate_ratio(
            range(seconds), probs[:seconds], np.ones(seconds), STRESS, window_s=60
        )
        assert np.isnan([short.low, short.high]).all()
        assert judge_stress(short) is Verdict.CANNOT_TELL
    first, second = (
        estimate_ratio(range(60), probs, np.ones(60), STRESS, window_s=60) for _ in range(2)
    )
    assert first == second
    assert first.low < first.value < first.high


def test_nothing_seen() -> None:
    found = estimate_ratio([], np.zeros((0, 7)), [], STRESS, window_s=60)
    assert np.isnan(found.value)
    assert found.coverage == 0
    assert judge_stress(found) is Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("low", "high", "coverage", "verdict"),
    [
        (0.55, 0.8, 0.9, Verdict.STRESSED),
        (0.1, 0.45, 0.9, Verdict.NOT_STRESSED),
        (0.4, 0.6, 0.9, Verdict.CANNOT_TELL),
        (0.55, 0.8, 0.49, Verdict.CANNOT_TELL),
        (0.5, 0.8, 0.9, Verdict.CANNOT_TELL),
        (float("nan"), float("nan"), 1.0, Verdict.CANNOT_TELL),
    ],
)
def test_verdict(low: float, high: float, coverage: float, verdict: Verdict) -> None:
    assert judge_stress(RatioEstimate(0.5, low, high, coverage, 60)) is verdict


@pytest.mark.parametrize(
    ("times", "weights", "window_s"), [([0, 1], [1], 60), ([0], [1, 1], 60), ([0], [1], 0)]
)
def test_impossible_input(times: list[int], weights: list[int], window_s: float) -> None:
    with pytest.raises(ValueError, match="Received"):
        estimate_ratio(times, rows(1), weights, STRESS, window_s=window_s)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_properties(seconds: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    probs, weights = rng.dirichlet(np.ones(7), seconds), rng.uniform(0, 1, seconds)
    found = estimate_ratio(range(seconds), probs, weights, STRESS, window_s=seconds)
    happy = estimate_ratio(range(seconds), probs, weights, HAPPINESS, window_s=seconds)
    if found.valid_s > 0:
        assert 0 <= found.value <= 1
        assert found.value + happy.value <= 1 + 1e-9
    assert 0 <= found.coverage <= 1
    if np.isfinite(found.low):
        assert 0 <= found.low <= found.high <= 1
