"""Data between the stages is checked once, at construction, and never modified."""

import numpy as np
import pytest

from fer_core.types import EmotionSample, Faces, FrameResult


def faces(n: int) -> Faces:
    boxes = np.tile([10.0, 20.0, 60.0, 90.0], (n, 1)) + np.arange(n)[:, None] * 5
    return Faces(boxes=boxes, scores=np.linspace(0.9, 0.5, n))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("boxes", np.zeros((2, 3)), r"boxes must have shape \(N, 4\).*Received: shape \(2, 3\)"),
        ("scores", np.zeros(3), r"scores must have shape \(2\).*Received: shape \(3,\)"),
        ("keypoints", np.zeros((2, 5, 2)), r"keypoints must have shape \(2, 6, 2\)"),
        ("poses", np.zeros((1, 3)), r"poses must have shape \(2, 3\)"),
        ("eye_openness", np.zeros(2), r"eye_openness must have shape \(2, 2\)"),
    ],
)
def test_wrong_shape_says_expected_and_received(column: str, value: object, words: str) -> None:
    good = {"boxes": np.zeros((2, 4)), "scores": np.zeros(2)}
    with pytest.raises(ValueError, match=words):
        Faces(**(good | {column: value}))  # type: ignore[arg-type]


def test_missing_columns_say_so() -> None:
    found = faces(2)
    assert np.isnan(found.keypoints).all()
    assert np.isnan(found.poses).all()
    assert found.track_ids.tolist() == [-1, -1]


def test_nothing_can_be_changed_from_outside() -> None:
    boxes = np.zeros((1, 4), np.float32)
    found = Faces(boxes=boxes, scores=np.ones(1))
    boxes[0, 0] = 99
    assert found.boxes[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        found.boxes[0, 0] = 1


@pytest.mark.parametrize(
    ("index", "scores"),
    [(0, [0.9]), (-1, [0.5]), ([2, 0], [0.5, 0.9]), (slice(1, None), [0.7, 0.5])],
)
def test_rows_are_chosen_in_every_column(index: object, scores: list[float]) -> None:
    found = faces(3).with_(track_ids=np.array([7, 8, 9]))
    chosen = found[index]
    assert chosen.scores.tolist() == pytest.approx(scores)
    assert len(chosen.track_ids) == len(chosen.boxes) == len(scores)


def result(n: int, **changes: object) -> FrameResult:
    probs = np.full((n, 7), 1 / 7)
    values = {
        "time_s": 1.0,
        "width": 640,
        "height": 480,
        "faces": faces(n),
        "probs": probs,
        "smoothed": probs,
        "labels": ("happy",) * n,
        "stages_ms": {"detect": 1.0, "classify": 0.5},
    }
    return FrameResult(**(values | changes))  # type: ignore[arg-type]


def test_frame_result_totals_and_focus() -> None:
    two = result(2, faces=Faces(boxes=[[0, 0, 10, 10], [0, 0, 30, 20]], scores=[1, 1]))
    assert two.total_ms == pytest.approx(1.5)
    assert two.focus == 1
    assert result(0).focus is None
    with pytest.raises(TypeError):
        two.stages_ms["detect"] = 0.0  # type: ignore[index]


@pytest.mark.parametrize("changes", [{"labels": ("happy",)}, {"probs": np.zeros((2, 6))}])
def test_frame_result_rejects_rows_that_do_not_fit(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Received"):
        result(2, **changes)


@pytest.mark.parametrize(("valid_s", "coverage"), [(0.0, 0.0), (0.25, 0.25), (1.0, 1.0)])
def test_sample_coverage(valid_s: float, coverage: float) -> None:
    sample = EmotionSample(3.0, 1.0, 1, np.full(7, 1 / 7), valid_s)
    assert sample.coverage == pytest.approx(coverage)


@pytest.mark.parametrize("valid_s", [-0.1, 1.5])
def test_sample_rejects_impossible_time(valid_s: float) -> None:
    with pytest.raises(ValueError, match="valid_s must lie in"):
        EmotionSample(3.0, 1.0, 1, np.full(7, 1 / 7), valid_s)
