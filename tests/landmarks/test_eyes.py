import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.landmarks.eyes import (
    CLOSED_RATIO,
    LEFT_EYE,
    OPEN_RATIO,
    RIGHT_EYE,
    aspect_ratio,
    eye_centers,
    measure_eyes,
    openness,
)
from fer_core.landmarks.pose import rotation_of


def eye(height: float) -> np.ndarray:
    """Contour of an eye one wide, p1 .. p6."""
    h = height / 2
    return np.array(
        [[0, 0, 0], [0.3, -h, 0], [0.7, -h, 0], [1, 0, 0], [0.7, h, 0], [0.3, h, 0]], float
    )


@pytest.mark.parametrize("height", [0.0, 0.1, 0.25, 0.6])
def test_ratio_is_height_over_width(height: float) -> None:
    assert aspect_ratio(eye(height)) == pytest.approx(height)


@given(st.floats(0, 1), st.floats(-60, 60), st.floats(-60, 60), st.floats(-180, 180))
def test_ratio_ignores_the_head_pose(h: float, yaw: float, pitch: float, roll: float) -> None:
    assert aspect_ratio(7 * eye(h) @ rotation_of(yaw, pitch, roll).T) == pytest.approx(h, abs=1e-6)


@pytest.mark.parametrize(
    ("ratio", "want"), [(0, 0), (CLOSED_RATIO, 0), (0.2, 0.5), (OPEN_RATIO, 1), (0.5, 1)]
)
def test_openness_is_a_clipped_line(ratio: float, want: float) -> None:
    assert openness(ratio) == pytest.approx(want)


@given(st.floats(0, 1), st.floats(0, 1))
def test_openness_grows_with_the_ratio(a: float, b: float) -> None:
    assert (openness(a) - openness(b)) * (a - b) >= 0


def test_an_eye_without_width_is_unknown() -> None:
    assert np.isnan(openness(aspect_ratio(np.zeros((6, 3)))))


def test_each_eye_is_measured_at_its_own_place() -> None:
    mesh = np.zeros((468, 3), np.float32)
    mesh[list(RIGHT_EYE)] = eye(0.25)
    mesh[list(LEFT_EYE)] = eye(0.15) * [-1, 1, 1] + [5, 2, 0]
    assert measure_eyes(mesh) == (pytest.approx(1, abs=1e-5), pytest.approx(0, abs=1e-5))
    np.testing.assert_allclose(eye_centers(mesh), [[0.5, 0], [4.5, 2]], atol=1e-6)
