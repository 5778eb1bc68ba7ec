from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.temporal import LabelRule, Smoother, label_names
from fer_core.temporal.baseline import MAX_OFFSET
from tests.temporal.results import probs_of

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")
raw_rows = hnp.arrays(np.float64, 7, elements=st.floats(1e-4, 1))
steps = st.lists(st.floats(-0.2, 1.5), min_size=1, max_size=30)


def feed(smoother: Smoother, row: np.ndarray, time_s: float, track: int = 1) -> tuple:
    smoothed, labels = smoother.update(row[None].astype(np.float32), np.array([track]), time_s)
    return smoothed[0], labels[0]


@given(st.lists(raw_rows, min_size=1, max_size=20), steps, st.floats(0, 3))
def test_rows_sum_to_one_whatever_the_times(rows: list, dts: list[float], tau: float) -> None:
    smoother, time_s = Smoother(time_constant_s=tau), 0.0
    for k, dt in enumerate(dts):
        time_s += dt
        row = rows[k % len(rows)]
        smoothed, label = feed(smoother, row / row.sum(), time_s)
        assert smoothed.sum() == pytest.approx(1, abs=1e-5)
        assert (smoothed >= 0).all()
        assert label in (*EMOTIONS, UNSURE)


@pytest.mark.parametrize("fps", [5, 15, 30, 120])
def test_step_response_is_the_exponential_at_every_frame_rate(fps: int) -> None:
    smoother = Smoother(time_constant_s=0.3)
    feed(smoother, probs_of(sad=1), 0)
    for k in range(1, fps + 1):
        smoothed, _ = feed(smoother, probs_of(happy=1), k / fps)
        assert smoothed[HAPPY] == pytest.approx(1 - np.exp(-k / fps / 0.3), abs=1e-5)


@given(st.lists(st.floats(0, 0.3), min_size=1, max_size=20), raw_rows, raw_rows)
def test_irregular_frames_end_where_one_step_ends(dts: list[float], a: np.ndarray, b: np.ndarray):
    a, b, total = a / a.sum(), b / b.sum(), sum(dts)
    many, one = Smoother(), Smoother(expiry_s=1000)
    feed(many, a, 0)
    feed(one, a, 0)
    time_s = 0.0
    for dt in dts:
        time_s += dt
        last, _ = feed(many, b, time_s)
    np.testing.assert_allclose(last, feed(one, b, total)[0], atol=1e-5)


@given(raw_rows, raw_rows, st.floats(0, 1), st.floats(0, 1))
def test_response_is_monotone_and_between(a: np.ndarray, b: np.ndarray, s: float, t: float) -> None:
    a, b = a / a.sum(), b / b.sum()
    ends = []
    for dt in sorted((s, t)):
        smoother = Smoother(expiry_s=5)
        feed(smoother, a, 0)
        ends.append(feed(smoother, b, dt)[0])
    assert (np.abs(ends[1] - b) <= np.abs(ends[0] - b) + 1e-6).all()
    assert (ends[0] >= np.minimum(a, b) - 1e-6).all()
    assert (ends[0] <= np.maximum(a, b) + 1e-6).all()


@pytest.mark.parametrize("fps", [10, 15, 30])
def test_label_is_stable_under_noise(fps: int) -> None:
    mean = 6 * probs_of(happy=0.5, sad=0.3).astype(np.float64)
    rows = np.random.default_rng(3).dirichlet(mean, 20 * fps)
    smoother = Smoother()
    labels = [feed(smoother, row, k / fps)[1] for k, row in enumerate(rows)]
    shown = sum(a != b for a, b in pairwise(labels[fps:]))
    unsteady = sum(a != b for a, b in pairwise(label_names(rows)[fps:]))
    assert unsteady > 5 * fps
    assert shown <= 6  # in 19 seconds


def test_a_clear_challenger_wins_at_once_and_a_close_one_after_a_while() -> None:
    rule = {"time_constant_s": 0.0, "hysteresis": 0.1, "hold_s": 0.5, "stay_s": 0.0}
    smoother = Smoother(**rule)
    assert feed(smoother, probs_of(happy=0.6, sad=0.2), 0)[1] == "happy"
    assert feed(smoother, probs_of(happy=0.2, sad=0.6), 0.1)[1] == "sad"
    smoother = Smoother(**rule)
    feed(smoother, probs_of(happy=0.6, sad=0.2), 0)
    close = probs_of(happy=0.42, sad=0.47)
    seen = [feed(smoother, close, 0.1 * k)[1] for k in range(1, 9)]
    assert seen == ["happy"] * 5 + ["sad"] * 3


def test_a_label_stays_for_a_while_unless_the_change_is_large() -> None:
    """What nobody can read is no label: a talking face changed its name 57 times a minute."""
    smoother = Smoother(time_constant_s=0.0, stay_s=0.7, large=0.5)
    happy, sad = probs_of(happy=0.6, sad=0.2), probs_of(happy=0.2, sad=0.6)
    seen = [feed(smoother, happy if k % 2 == 0 else sad, 0.1 * k)[1] for k in range(12)]
    assert seen == ["happy"] * 7 + ["sad"] * 5
    smoother = Smoother(time_constant_s=0.0, stay_s=0.7, large=0.5)
    feed(smoother, happy, 0)
    assert feed(smoother, probs_of(sad=0.9), 0.1)[1] == "sad", "too large to keep it waiting"


def test_unsure_stays_as_long_as_any_label() -> None:
    smoother = Smoother(time_constant_s=0.0, stay_s=0.7, large=0.6)
    tops = [0.5] + [0.3, 0.5] * 6
    seen = [feed(smoother, probs_of(happy=p), 0.1 * k)[1] for k, p in enumerate(tops)]
    assert sum(a != b for a, b in pairwise(seen)) <= 1


def test_an_interrupted_challenger_starts_again() -> None:
    smoother = Smoother(time_constant_s=0.0, hold_s=0.5)
    lead, trail = probs_of(happy=0.47, sad=0.42), probs_of(happy=0.42, sad=0.47)
    feed(smoother, lead, 0)
    for k in range(1, 40):
        assert feed(smoother, lead if k % 4 == 0 else trail, 0.1 * k)[1] == "happy"


def test_unsure_has_its_own_hysteresis() -> None:
    smoother = Smoother(time_constant_s=0.0, unsure_below=0.4, unsure_margin=0.1, stay_s=0.0)
    tops = [0.6, 0.41, 0.39, 0.45, 0.49, 0.51, 0.41, 0.39]
    seen = [feed(smoother, probs_of(happy=p), 0.1 * k)[1] for k, p in enumerate(tops)]
    assert seen == ["happy", "happy", UNSURE, UNSURE, UNSURE, "happy", "happy", UNSURE]


@pytest.mark.parametrize(("gap", "want"), [(0.5, "kept"), (0.9, "new")])
def test_a_track_expires(gap: float, want: str) -> None:
    smoother = Smoother(time_constant_s=10, expiry_s=0.8)
    feed(smoother, probs_of(sad=0.9), 0)
    smoothed, _ = feed(smoother, probs_of(happy=0.9), gap)
    assert (smoothed[SAD] > 0.5) == (want == "kept")


def test_tracks_do_not_mix_and_untracked_rows_have_no_past() -> None:
    smoother = Smoother(time_constant_s=10)
    rows = np.stack([probs_of(sad=0.9), probs_of(happy=0.9), probs_of(fear=0.9)])
    smoother.update(rows, np.array([1, 2, -1]), 0)
    smoothed, labels = smoother.update(rows[[1, 0, 1]], np.array([2, 1, -1]), 0.1)
    np.testing.assert_allclose(smoothed, rows[[1, 0, 1]], atol=1e-6)
    assert labels == ("happy", "sad", "happy")


@pytest.mark.parametrize("times", [[0, 0, 0], [5, 4, 3], [5, 0, -3]])
def test_time_that_does_not_pass_changes_nothing(times: list[float]) -> None:
    smoother = Smoother()
    first, _ = feed(smoother, probs_of(sad=0.9), times[0])
    for time_s in times[1:]:
        smoothed, label = feed(smoother, probs_of(happy=0.9), time_s)
        np.testing.assert_array_equal(smoothed, first)
        assert label == "sad"
    moved, _ = feed(smoother, probs_of(happy=0.9), times[-1] + 0.3)
    assert moved[HAPPY] == pytest.approx(0.9 + np.exp(-1) * (first[HAPPY] - 0.9), abs=1e-5)


def test_rows_that_are_not_finite_leave_the_track() -> None:
    smoother, nothing = Smoother(), np.full(7, np.nan)
    first, label = feed(smoother, nothing, 0)
    np.testing.assert_allclose(first, 1 / 7, rtol=1e-6)
    assert label == UNSURE
    feed(smoother, probs_of(sad=0.9), 0.1)
    smoothed, label = feed(smoother, nothing, 0.2)
    np.testing.assert_allclose(smoothed, probs_of(sad=0.9), atol=1e-6)
    assert label == "sad"


def test_no_faces() -> None:
    smoothed, labels = Smoother().update(np.zeros((0, 7), np.float32), np.zeros(0, np.int64), 0)
    assert smoothed.shape == (0, 7)
    assert labels == ()


def test_baseline_moves_the_odds_and_can_be_taken_back() -> None:
    smoother = Smoother(time_constant_s=0)
    offsets = np.zeros(7, np.float32)
    offsets[SAD] = -MAX_OFFSET
    row = probs_of(happy=0.4, sad=0.5)
    smoother.set_baseline(offsets)
    smoothed, label = feed(smoother, row, 0)
    assert smoothed[SAD] / smoothed[HAPPY] == pytest.approx(0.5 / 0.4 / 3, rel=1e-5)
    assert label == "happy"
    smoother.set_baseline(None)
    np.testing.assert_allclose(feed(smoother, row, 0.1)[0], row, atol=1e-6)


@pytest.mark.parametrize("offsets", [np.zeros(6), np.full(7, np.nan), np.zeros((1, 7))])
def test_impossible_baselines_are_refused(offsets: np.ndarray) -> None:
    with pytest.raises(ValueError, match="Received"):
        Smoother().set_baseline(offsets)


@pytest.mark.parametrize(
    ("rows", "ids", "time_s"),
    [(np.zeros((2, 7)), [1], 0), (np.zeros((1, 6)), [1], 0), (np.zeros((1, 7)), [1], np.nan)],
)
def test_wrong_input_is_refused(rows: np.ndarray, ids: list[int], time_s: float) -> None:
    with pytest.raises(ValueError, match="Received"):
        Smoother().update(rows, np.array(ids), time_s)


@pytest.mark.parametrize(
    "options",
    [
        {"time_constant_s": -1},
        {"time_constant_s": np.nan},
        {"time_constant_s": np.inf},
        {"expiry_s": 0},
        {"unsure_below": 1.5},
        {"unsure_margin": -0.1},
        {"hysteresis": np.nan},
        {"hold_s": -1},
    ],
)
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="Received"):
        Smoother(**options)


def test_labels_without_a_past() -> None:
    rows = np.stack([probs_of(sad=0.36), probs_of(sad=0.34), np.full(7, np.nan)])
    assert label_names(rows) == ("sad", UNSURE, UNSURE)
    assert label_names(rows, LabelRule(unsure_below=0.3)) == ("sad", "sad", UNSURE)
