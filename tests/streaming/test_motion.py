import numpy as np
import pytest

from fer_core.streaming.motion import MAX_AHEAD_S, MIN_SPEED, measure_speed, move_faces
from fer_core.types import Faces
from tests.streaming.fakes import make_result

START = [100.0, 100.0, 200.0, 220.0]


def shifted(dx: float, dy: float = 0.0) -> list[float]:
    return [START[0] + dx, START[1] + dy, START[2] + dx, START[3] + dy]


def faces(*boxes: list[float]) -> Faces:
    return make_result(0.0, list(boxes)).faces


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(shifted(20, -10), (100, -50), id="moves"),
        pytest.param(shifted(0), (0, 0), id="stands"),
        pytest.param(shifted(120 * MIN_SPEED * 0.2 * 0.9), (0, 0), id="noise stands still"),
        pytest.param([70.0, 70.0, 230.0, 250.0], (0, 0), id="size is no motion"),
        pytest.param([np.nan] * 4, (0, 0), id="unknown"),
    ],
)
def test_speed_of_the_centre(later: list[float], expected: tuple[float, float]) -> None:
    speed = measure_speed(faces(START), faces(later), 0.2)
    np.testing.assert_allclose(speed, [expected], rtol=1e-4)


def test_rows_that_do_not_match_stand_still() -> None:
    assert measure_speed(faces(START, START), Faces.empty(), 0.2).tolist() == [[0, 0], [0, 0]]
    assert measure_speed(Faces.empty(), Faces.empty(), 0.2).shape == (0, 2)


@pytest.mark.parametrize(
    ("ahead_s", "expected_dx"),
    [(0.05, 10), (0.0, 0), (-1.0, 0), (9.0, 200 * MAX_AHEAD_S)],
)
def test_boxes_move_on_for_a_while(ahead_s: float, expected_dx: float) -> None:
    result = make_result(1.0, [START, START])
    speed = np.array([[200, 0], [0, 0]], np.float32)
    moved = move_faces(result, speed, 1.0 + ahead_s)
    np.testing.assert_allclose(moved.faces.boxes, [shifted(expected_dx), START], rtol=1e-4)
    np.testing.assert_array_equal(result.faces.boxes, np.float32([START, START]))
    assert (moved.labels, moved.time_s) == (result.labels, result.time_s)


@pytest.mark.parametrize("boxes", [[], [START]])
def test_what_stands_is_given_back_as_it_is(boxes: list[list[float]]) -> None:
    result = make_result(1.0, boxes)
    assert move_faces(result, np.zeros((len(boxes), 2), np.float32), 1.1) is result
