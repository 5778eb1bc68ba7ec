import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.landmarks.face_shape import MIDLINE, PAIRS, RIGID_INDICES, RIGID_SHAPE
from fer_core.landmarks.pose import angles_of, fit_rotation, measure_pose, rotation_of

tilts = st.floats(-85, 85)
turns = st.floats(-175, 175)


@given(tilts, turns, turns)
def test_angles_survive_the_way_there_and_back(yaw: float, pitch: float, roll: float) -> None:
    np.testing.assert_allclose(
        angles_of(rotation_of(yaw, pitch, roll)), (yaw, pitch, roll), atol=1e-4
    )


@given(
    st.floats(-60, 60),
    st.floats(-60, 60),
    turns,
    st.floats(1, 1000),
    st.tuples(*[st.floats(-2000, 2000)] * 3),
)
def test_pose_ignores_place_and_size(
    yaw: float, pitch: float, roll: float, scale: float, shift: tuple[float, float, float]
) -> None:
    mesh = np.zeros((468, 3))
    mesh[RIGID_INDICES] = scale * RIGID_SHAPE @ rotation_of(yaw, pitch, roll).T + shift
    np.testing.assert_allclose(measure_pose(mesh), (yaw, pitch, roll), atol=0.02)


@given(st.floats(-60, 60), st.floats(-60, 60), turns)
def test_mirroring_flips_yaw_and_roll(yaw: float, pitch: float, roll: float) -> None:
    shape = RIGID_SHAPE @ rotation_of(yaw, pitch, roll).T
    mesh = np.zeros((468, 3))
    mesh[RIGID_INDICES] = shape * [-1, 1, 1]
    swapped = mesh.copy()
    for right, left, *_ in PAIRS:
        swapped[[right, left]] = mesh[[left, right]]
    np.testing.assert_allclose(measure_pose(swapped), (-yaw, pitch, -roll), atol=1e-4)


@pytest.mark.parametrize(
    ("angles", "nose"),
    [
        ((30, 0, 0), (0.5, 0)),  # turned right in the picture
        ((-30, 0, 0), (-0.5, 0)),
        ((0, 30, 0), (0, -0.5)),  # looks up, and y points down
        ((0, -30, 0), (0, 0.5)),
        ((0, 0, 30), (0, 0)),
    ],
)
def test_where_the_nose_points(angles: tuple[float, ...], nose: tuple[float, float]) -> None:
    np.testing.assert_allclose((rotation_of(*angles) @ [0, 0, -1])[:2], nose, atol=1e-9)


def test_positive_roll_is_clockwise_as_seen() -> None:
    x, y, _ = rotation_of(0, 0, 90) @ [0, -1, 0]  # the crown, which pointed up
    assert (x, y) == (pytest.approx(1), pytest.approx(0))  # now points right


@given(st.integers(0, 10_000))
def test_fit_is_a_rotation_also_for_noise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rotation = fit_rotation(rng.normal(size=(7, 3)), rng.normal(size=(7, 3)))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_shape_is_symmetric_and_complete() -> None:
    assert len(RIGID_INDICES) == len(set(RIGID_INDICES.tolist())) == len(MIDLINE) + 2 * len(PAIRS)
    assert RIGID_SHAPE[:, 0].sum() == pytest.approx(0)
    outer = [RIGID_SHAPE[list(RIGID_INDICES).index(i)] for i in (33, 263)]
    assert np.linalg.norm(outer[0] - outer[1]) == pytest.approx(1, abs=1e-3)
