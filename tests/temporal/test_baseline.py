import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS
from fer_core.temporal import BaselineState, NeutralBaseline
from fer_core.temporal.baseline import MAX_OFFSET, apply_offsets, offsets_from
from tests.temporal.results import probs_of, result_at

NEUTRAL, SAD = EMOTIONS.index("neutral"), EMOTIONS.index("sad")
rows = hnp.arrays(np.float64, 7, elements=st.floats(1e-6, 1)).map(lambda r: r / r.sum())


def collect(
    row: np.ndarray, *, fps: float = 15, seconds: float = 3.2, seen: slice = slice(None)
) -> NeutralBaseline:
    baseline = NeutralBaseline()
    baseline.start()
    times = np.arange(0, seconds, 1 / fps)
    visible = set(times[seen].tolist())
    for time_s in times:
        baseline.update(result_at(100 + time_s, {4: row} if float(time_s) in visible else {}))
    return baseline


@given(rows, rows)
def test_offsets_are_bounded_and_help_neutral(neutral: np.ndarray, other: np.ndarray) -> None:
    offsets = offsets_from(np.log(neutral))
    assert (np.abs(offsets) <= MAX_OFFSET + 1e-6).all()
    assert offsets[NEUTRAL] >= 0
    assert (np.delete(offsets, NEUTRAL) <= 0).all()
    corrected = apply_offsets(other, offsets)
    assert corrected.sum() == pytest.approx(1)
    assert corrected[NEUTRAL] >= other[NEUTRAL] - 1e-9


@given(rows, st.integers(0, 6), st.floats(0.901, 0.999))
def test_a_clear_expression_is_never_inverted(neutral: np.ndarray, first: int, p: float) -> None:
    shown = np.full(7, (1 - p) / 6)
    shown[first] = p
    assert apply_offsets(shown, offsets_from(np.log(neutral))).argmax() == first
    shown[:] = 0
    shown[first], shown[(first + 1) % 7] = p, 1 - p  # all doubt on one class: the worst case
    assert apply_offsets(shown, offsets_from(np.log(neutral))).argmax() == first


def test_a_face_that_reads_as_neutral_is_left_alone() -> None:
    np.testing.assert_array_equal(offsets_from(np.log(probs_of(neutral=0.8))), 0)


def test_a_resting_face_that_looks_sad_becomes_neutral() -> None:
    resting = probs_of(sad=0.5, neutral=0.3)
    baseline = collect(resting)
    assert baseline.state is BaselineState.READY
    assert baseline.offsets is not None
    assert apply_offsets(resting, baseline.offsets).argmax() == NEUTRAL
    assert baseline.offsets[SAD] == pytest.approx(-MAX_OFFSET)


@pytest.mark.parametrize("fps", [5, 15, 30, 60])
def test_offsets_do_not_depend_on_the_frame_rate(fps: float) -> None:
    baseline = collect(probs_of(sad=0.12, neutral=0.5), fps=fps, seconds=3 + 2 / fps)
    assert baseline.valid_s == pytest.approx(3, abs=1.01 / fps)
    assert baseline.offsets is not None
    np.testing.assert_allclose(
        baseline.offsets, offsets_from(np.log(probs_of(sad=0.12, neutral=0.5))), atol=1e-5
    )


def test_rows_weigh_by_time() -> None:
    baseline = NeutralBaseline()
    baseline.start()
    a, b = probs_of(neutral=0.5), probs_of(neutral=0.5, sad=0.3)
    for k in range(61):  # a for the first 1.5 seconds at 40 fps, then b at 10 fps
        baseline.update(result_at(k / 40, {1: a if k < 60 else b}))
    for k in range(1, 16):
        baseline.update(result_at(1.5 + k / 10, {1: b}))
    assert baseline.offsets is not None
    np.testing.assert_allclose(
        baseline.offsets, offsets_from((np.log(a) + np.log(b)) / 2), atol=1e-4
    )


@pytest.mark.parametrize("seen", [slice(0, 0), slice(0, 20), slice(0, None, 10)])
def test_too_little_of_the_face_fails_clearly(seen: slice) -> None:
    baseline = collect(probs_of(sad=0.9), seen=seen)
    assert baseline.state is BaselineState.FAILED
    assert baseline.offsets is None
    assert "try again" in baseline.message
    assert f"{baseline.valid_s:.1f} of 3 seconds" in baseline.message


def test_other_faces_are_left_out_also_when_larger() -> None:
    baseline = NeutralBaseline()
    baseline.start()
    mine, other = probs_of(neutral=0.5, sad=0.3), probs_of(angry=0.9)
    for k in range(50):
        faces = {1: mine} if k == 0 else {2: other, 1: mine}
        baseline.update(result_at(k / 15, faces))
    assert baseline.track_id == 1
    assert baseline.offsets is not None
    np.testing.assert_allclose(baseline.offsets, offsets_from(np.log(mine)), atol=1e-5)


def test_states_and_progress() -> None:
    baseline = NeutralBaseline()
    frame = result_at(0, {1: probs_of(neutral=0.5)})
    assert baseline.update(frame) is BaselineState.IDLE
    baseline.start()
    assert baseline.update(frame) is BaselineState.COLLECTING
    baseline.update(result_at(1.5, {}))
    assert baseline.progress == pytest.approx(0.5)
    assert baseline.update(result_at(3, {})) is BaselineState.FAILED
    assert baseline.progress == 1
    baseline.start()
    assert (baseline.state, baseline.message) == (BaselineState.COLLECTING, "")
    baseline.cancel()
    assert baseline.state is BaselineState.IDLE
    assert baseline.progress == 0


def test_cancel_drops_offsets_and_a_ready_baseline_stays() -> None:
    baseline = collect(probs_of(sad=0.5))
    before = baseline.offsets
    baseline.update(result_at(500, {4: probs_of(happy=0.9)}))
    assert baseline.offsets is before
    baseline.cancel()
    assert baseline.offsets is None


def test_clocks_that_stand_still_or_go_back_never_finish() -> None:
    baseline = NeutralBaseline()
    baseline.start()
    for time_s in [9, 9, 8, 7, 7, 3, -5] * 5:
        baseline.update(result_at(9, {1: probs_of(sad=0.9)}))
        assert baseline.update(result_at(min(time_s, 9), {1: probs_of(sad=0.9)})) in BaselineState
    still = NeutralBaseline()
    still.start()
    for _ in range(100):
        still.update(result_at(9, {1: probs_of(sad=0.9)}))
    assert still.state is BaselineState.COLLECTING


def test_rows_that_are_not_finite_do_not_count() -> None:
    baseline = collect(np.full(7, np.nan, np.float32))
    assert baseline.state is BaselineState.FAILED


@pytest.mark.parametrize(
    "options", [{"min_valid_s": 4}, {"min_valid_s": 0}, {"max_gap_s": 0}, {"duration_s": np.inf}]
)
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="Received"):
        NeutralBaseline(**options)
