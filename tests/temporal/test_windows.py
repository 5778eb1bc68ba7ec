import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.temporal import SecondWindows, spread
from fer_core.types import EmotionSample
from tests.temporal.results import probs_of, result_at

HAPPY = EMOTIONS.index("happy")
A, B = probs_of(happy=0.9), probs_of(sad=0.9)


def run(times: list[float], windows: SecondWindows | None = None, row: np.ndarray = A) -> list:
    windows = windows or SecondWindows()
    samples: list[EmotionSample] = []
    for time_s in times:
        samples += windows.add(result_at(time_s, {1: row}))
    return samples + windows.flush()


@pytest.mark.parametrize("fps", [4, 5, 15, 30, 60])
def test_valid_time_does_not_depend_on_the_frame_rate(fps: int) -> None:
    samples = run([k / fps for k in range(4 * fps + 1)])
    assert [s.time_s for s in samples] == [0, 1, 2, 3]
    for sample in samples:
        assert sample.valid_s == pytest.approx(1)
        np.testing.assert_allclose(sample.probs, A, atol=1e-6)


@given(st.lists(st.floats(0.001, 0.5), min_size=1, max_size=60), st.floats(-100, 1e6))
def test_all_time_is_shared_out(gaps: list[float], start: float) -> None:
    times = [float(t) for t in start + np.concatenate([[0], np.cumsum(gaps)])]
    steps = np.diff(times)
    samples = run(times)
    assert sum(s.valid_s for s in samples) == pytest.approx(
        steps[(steps > 0) & (steps <= 0.5)].sum(), abs=1e-6
    )
    for sample in samples:
        assert sample.probs.sum() == pytest.approx(1, abs=1e-5)
        assert 0 < sample.valid_s <= 1
        assert sample.time_s == np.floor(sample.time_s)
    assert len({s.time_s for s in samples}) == len(samples)


def test_the_mean_weighs_by_time_and_splits_at_the_border() -> None:
    windows, samples = SecondWindows(), []
    for time_s, row in [(0.6, A), (0.8, B), (1.2, A), (1.6, A)]:
        samples += windows.add(result_at(time_s, {1: row}))
    first, second = samples + windows.flush()
    assert (first.valid_s, second.valid_s) == (pytest.approx(0.4), pytest.approx(0.6))
    np.testing.assert_allclose(first.probs, (A + B) / 2, atol=1e-6)
    np.testing.assert_allclose(second.probs, (2 * A + B) / 3, atol=1e-6)


@pytest.mark.parametrize(("gap", "valid"), [(0.4, 0.8), (0.5, 0.9), (0.6, 0.4)])
def test_gaps_over_the_limit_do_not_count(gap: float, valid: float) -> None:
    times = [0, 0.1, 0.2, 0.2 + gap, 0.3 + gap, 0.4 + gap]
    assert run(times)[0].valid_s == pytest.approx(valid)


def test_a_face_missed_for_a_moment_stays_valid() -> None:
    windows = SecondWindows()
    for k in range(11):
        windows.add(result_at(k / 10, {} if k in (4, 5) else {1: A}))
    assert windows.flush()[0].valid_s == pytest.approx(1)


def test_windows_come_once_nothing_can_change_them() -> None:
    windows, given_at = SecondWindows(), []
    for k in range(31):
        given_at += [(s.time_s, k / 10) for s in windows.add(result_at(k / 10, {1: A}))]
    assert given_at == [(0, pytest.approx(1.5)), (1, pytest.approx(2.5))]
    assert [s.time_s for s in windows.flush()] == [2]
    assert windows.flush() == []


def test_tracks_are_apart_and_in_order() -> None:
    windows = SecondWindows()
    for k in range(11):
        windows.add(result_at(k / 10, {7: A, 2: B, -1: B}))
    low, high = windows.flush()
    assert (low.track_id, high.track_id) == (2, 7)
    np.testing.assert_allclose(low.probs, B, atol=1e-6)
    np.testing.assert_allclose(high.probs, A, atol=1e-6)


def test_a_face_seen_once_gives_nothing() -> None:
    assert run([0.3]) == []


@pytest.mark.parametrize(
    ("pose", "facing"),
    [
        ((0, 0, 80), 1),
        ((24, -24, 0), 1),
        ((26, 0, 0), 0),
        ((-26, 0, 0), 0),
        ((0, 26, 0), 0),
        ((0, -26, 0), 0),
    ],
)
def test_facing(pose: tuple[float, ...], facing: float) -> None:
    windows = SecondWindows()
    for k in range(11):
        windows.add(result_at(k / 10, {1: A}, poses=[pose], eyes=[(0.6, 0.5)]))
    sample = windows.flush()[0]
    assert sample.facing == facing
    assert sample.eyes_open == 1


def test_shares_count_measured_time_only() -> None:
    windows, nothing = SecondWindows(), (np.nan, np.nan, np.nan)
    poses = [(0, 0, 0)] * 2 + [(50, 0, 0)] * 2 + [nothing] * 7
    eyes = [(1, 1)] * 1 + [(0.2, 0.4)] * 4 + [(np.nan, np.nan)] * 6
    for k in range(11):
        windows.add(result_at(k / 10, {1: A}, poses=[poses[k]], eyes=[eyes[k]]))
    sample = windows.flush()[0]
    assert sample.valid_s == pytest.approx(1)
    assert sample.facing == pytest.approx(0.5)
    assert sample.eyes_open == pytest.approx(0.2)


def test_never_measured_is_nan() -> None:
    sample = run([0, 0.5])[0]
    assert np.isnan(sample.facing)
    assert np.isnan(sample.eyes_open)


def test_rows_that_are_not_finite_do_not_count() -> None:
    assert run([0, 0.1, 0.2], row=np.full(7, np.nan, np.float32)) == []


def test_time_that_stands_still_or_slips_back_is_left_out() -> None:
    assert run([0, 0.2, 0.2, 0.1, 0.4])[0].valid_s == pytest.approx(0.4)


def test_a_stream_that_starts_again_closes_its_windows() -> None:
    windows = SecondWindows()
    for time_s in (100.0, 100.4):
        assert windows.add(result_at(time_s, {1: A})) == []
    (old,) = windows.add(result_at(0.0, {1: B}))
    assert (old.time_s, old.valid_s) == (100, pytest.approx(0.4))
    windows.add(result_at(0.3, {1: B}))
    (new,) = windows.flush()
    assert (new.time_s, new.valid_s) == (0, pytest.approx(0.3))


def test_other_lengths() -> None:
    samples = run([k / 10 for k in range(41)], SecondWindows(window_s=2))
    assert [(s.time_s, s.duration_s) for s in samples] == [(0, 2), (2, 2)]
    assert samples[0].coverage == pytest.approx(1)


@pytest.mark.parametrize("name", ["window_s", "max_gap_s", "max_yaw", "max_pitch", "min_openness"])
@pytest.mark.parametrize("value", [0, -1, np.nan])
def test_impossible_options_are_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match="Received"):
        SecondWindows(**{name: value})


def test_a_time_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        SecondWindows().add(result_at(float("nan"), {1: A}))


def test_a_frame_that_is_shown_counts_until_the_next_one() -> None:
    """Frames of a file at 0, 1, 4 and 4.2 s: the face is in the first three, then it is gone."""
    windows = SecondWindows()
    samples: list[EmotionSample] = []
    for time_s, rows in [(0.0, {1: A}), (1.0, {1: B}), (4.0, {1: A}), (4.2, {}), (5.5, {2: B})]:
        samples += windows.add(result_at(time_s, rows), is_shown=True)
    windows.pause(5.5, alone_s=0.1)
    samples += windows.flush()
    found = [(s.track_id, s.time_s, round(s.valid_s, 6)) for s in samples]
    assert found == [(1, 0, 1), (1, 1, 1), (1, 2, 1), (1, 3, 1), (1, 4, 0.2), (2, 5, 0.1)]
    assert [bool(s.probs[HAPPY] > 0.5) for s in samples] == [True, False, False, False, True, False]


def test_nothing_is_known_after_a_pause() -> None:
    windows = SecondWindows(max_gap_s=2)
    windows.add(result_at(0, {1: A}), is_shown=True)
    windows.pause(0.25)
    windows.add(result_at(1.5, {1: A}), is_shown=True)
    samples = windows.add(result_at(1.75, {1: A}), is_shown=True) + windows.flush()
    assert [(s.time_s, s.valid_s) for s in samples] == [(0, 0.25), (1, 0.25)]


@pytest.mark.parametrize(
    ("start_s", "end_s", "window_s", "pieces"),
    [
        (0.25, 0.75, 1.0, [(0, 0.5)]),
        (0.75, 2.25, 1.0, [(0, 0.25), (1, 1.0), (2, 0.25)]),
        (1.0, 2.0, 1.0, [(1, 1.0)]),
        (1.0, 2.0, 0.5, [(2, 0.5), (3, 0.5)]),
        (-0.5, 0.5, 1.0, [(-1, 0.5), (0, 0.5)]),
        (3.0, 3.0, 1.0, []),
    ],
)
def test_an_interval_is_spread_over_the_windows_it_touches(
    start_s: float, end_s: float, window_s: float, pieces: list[tuple[int, float]]
) -> None:
    assert list(spread(start_s, end_s, window_s)) == pieces
