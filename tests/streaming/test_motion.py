import numpy as np
import pytest

from fer_core.streaming.motion import MAX_AHEAD_S, move_faces
from tests.streaming.fakes import make_result

START = [100.0, 100.0, 200.0, 220.0]


def shifted(dx: float, dy: float = 0.0) -> list[float]:
    return [START[0] + dx, START[1] + dy, START[2] + dx, START[3] + dy]


@pytest.mark.parametrize(
    ("step_s", "dx", "ahead_s", "expected_dx"),
    [
        pytest.param(0.1, 20, 0.05, 30, id="goes on"),
        pytest.param(0.1, 20, 0.0, 20, id="no time passed"),
        pytest.param(0.1, 20, 9.0, 20 + 200 * MAX_AHEAD_S, id="not further than the limit"),
        pytest.param(0.1, 1, 0.1, 1, id="noise stands still"),
        pytest.param(0.9, 180, 0.1, 180, id="too long ago to tell"),
        pytest.param(0.0, 20, 0.1, 20, id="no time between"),
    ],
)
def test_boxes_go_on(step_s: float, dx: float, ahead_s: float, expected_dx: float) -> None:
    before, latest = make_result(1.0, [START]), make_result(1.0 + step_s, [shifted(dx)])
    moved = move_faces(before, latest, 1.0 + step_s + ahead_s)
    np.testing.assert_allclose(moved.faces.boxes[0], shifted(expected_dx), rtol=1e-4)
    np.testing.assert_array_equal(latest.faces.boxes[0], np.float32(shifted(dx)))
    assert moved.labels == latest.labels


def test_tracks_are_matched_by_id_and_new_ones_stand_still() -> None:
    before = make_result(0.0, [START, shifted(300)], track_ids=[7, 8])
    latest = make_result(0.1, [shifted(310), shifted(500), shifted(0, 40)], track_ids=[8, 9, -1])
    moved = move_faces(before, latest, 0.2)
    expected = [shifted(320), shifted(500), shifted(0, 40)]
    np.testing.assert_allclose(moved.faces.boxes, expected, rtol=1e-4)


def test_size_does_not_run_ahead() -> None:
    grown = [START[0] - 30, START[1] - 30, START[2] + 30, START[3] + 30]
    moved = move_faces(make_result(0.0, [START]), make_result(0.1, [grown]), 0.2)
    np.testing.assert_allclose(moved.faces.boxes[0], grown)


@pytest.mark.parametrize("boxes", [[], [START]])
def test_without_a_past_nothing_moves(boxes: list[list[float]]) -> None:
    latest = make_result(1.0, boxes)
    assert move_faces(None, latest, 1.1) is latest
