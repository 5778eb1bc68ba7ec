"""Measures of the face: what they mean on a made mesh, and how far they err on the portrait."""

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.imaging.frame import ArrayFrame
from fer_core.landmarks import FaceMesh
from fer_core.landmarks.eyes import LEFT_EYE, RIGHT_EYE
from fer_core.landmarks.measures import NUM_LENGTHS, measure_face
from fer_core.landmarks.pose import rotation_of
from fer_core.types import MEASURES
from tests.landmarks import portrait
from tests.landmarks.eyelids import shut_eyes


def _made_mesh() -> np.ndarray:
    """A face whose measures are known: eyes 1 apart, everything else placed by hand."""
    mesh = np.zeros((468, 3))
    for side, contour in enumerate((RIGHT_EYE, LEFT_EYE)):
        x = -0.5 if side == 0 else 0.5
        half = 0.05 if side == 0 else 0.03  # lids 0.10 and 0.06 apart
        out = -1 if side == 0 else 1
        p1, p2, p3, p4, p5, p6 = contour
        mesh[p1], mesh[p4] = (x + 0.15 * out, 0, 0), (x - 0.15 * out, 0, 0)
        mesh[p2], mesh[p3] = (x + 0.05 * out, -half, 0), (x - 0.05 * out, -half, 0)
        mesh[p6], mesh[p5] = (x + 0.05 * out, half, 0), (x - 0.05 * out, half, 0)
    mesh[159], mesh[145] = (-0.5, -0.05, 0), (-0.5, 0.05, 0)
    mesh[386], mesh[374] = (0.5, -0.03, 0), (0.5, 0.03, 0)
    mesh[[53, 52, 65]] = [(-0.6, -0.3, 0), (-0.5, -0.3, 0), (-0.4, -0.3, 0)]
    mesh[[283, 282, 295]] = [(0.6, -0.4, 0), (0.5, -0.4, 0), (0.4, -0.4, 0)]
    mesh[61], mesh[291] = (-0.4, 0.9, 0), (0.4, 1.0, 0)
    mesh[13], mesh[14] = (0, 0.9, 0), (0, 1.1, 0)
    mesh[2], mesh[152] = (0, 0.6, 0), (0, 1.5, 0)
    return mesh


KNOWN = {
    "brow_height_right": 0.3,
    "brow_height_left": 0.4,
    "lid_opening_right": 0.10,
    "lid_opening_left": 0.06,
    "mouth_width": np.hypot(0.8, 0.1),
    "mouth_opening": 0.2,
    "corner_height_right": 0.1,
    "corner_height_left": 0.0,
    "jaw_drop": 0.9,
    "asymmetry": (0.1 + 0.04 + 0.1) / 3,
}


@given(st.floats(-60, 60), st.floats(-60, 60), st.floats(-170, 170), st.floats(10, 500))
def test_lengths_are_what_they_say_however_the_head_is_held(
    yaw: float, pitch: float, roll: float, unit: float
) -> None:
    turn = rotation_of(yaw, pitch, roll)
    measured = measure_face(unit * _made_mesh() @ turn.T + [300, 200, 5], turn)
    want = [KNOWN[name] for name in MEASURES[:NUM_LENGTHS]]
    np.testing.assert_allclose(measured, want, atol=1e-4)


def test_a_mesh_without_eyes_is_unknown() -> None:
    assert np.isnan(measure_face(np.zeros((468, 3)))).all()


@cache
def _mesh() -> FaceMesh:
    return FaceMesh()


def _measure(frame: ArrayFrame, faces: portrait.Faces) -> dict[str, float]:
    row = _mesh().measure(frame, faces).measures[0]
    return dict(zip(MEASURES, row.tolist(), strict=True))


@cache
def _straight() -> dict[str, float]:
    return _measure(ArrayFrame(portrait.portrait()), portrait.faces_at())


def _swapped(name: str) -> str:
    if name.endswith("_right"):
        return name.replace("_right", "_left")
    return name.replace("_left", "_right")


def test_a_mirrored_face_has_its_sides_exchanged() -> None:
    other = _measure(*portrait.mirrored())
    for name, value in _straight().items():
        assert other[_swapped(name)] == pytest.approx(value, abs=0.06), name


@pytest.mark.parametrize("degrees", [-30.0, 15.0, 30.0])
def test_a_tilted_picture_measures_the_same(degrees: float) -> None:
    other = _measure(*portrait.turned(degrees))
    for name, value in _straight().items():
        assert other[name] == pytest.approx(value, abs=0.06), name


@pytest.mark.parametrize(("yaw", "pitch"), [(15, 0), (-15, 0), (0, 15), (0, -15)])
def test_a_turned_head_measures_about_the_same(yaw: float, pitch: float) -> None:
    mesh = _mesh()
    straight = mesh.locate(ArrayFrame(portrait.portrait()).luma(), portrait.BOX, portrait.KEYPOINTS)
    assert straight is not None
    other = _measure(portrait.rotated_in_depth(straight, yaw, pitch), portrait.faces_at())
    for name, value in _straight().items():
        assert other[name] == pytest.approx(value, abs=0.12), name


@pytest.mark.parametrize("zoom", [0.6, 1.0, 2.0])
@pytest.mark.parametrize("gain", [0.35, 1.0])
def test_the_iris_tells_shut_eyes_at_every_size_and_light(zoom: float, gain: float) -> None:
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    image = cv2.resize(portrait.portrait(), None, fx=zoom, fy=zoom, interpolation=way)
    image = (image * gain).astype(np.uint8)
    faces = portrait.faces_at(portrait.BOX * zoom, portrait.KEYPOINTS * zoom)
    mesh = _mesh().locate(ArrayFrame(image).luma(), faces.boxes[0], faces.keypoints[0])
    assert mesh is not None
    shut = _measure(ArrayFrame(shut_eyes(image, mesh)), faces)
    seen = _measure(ArrayFrame(image), faces)
    for side in ("right", "left"):
        assert seen[f"iris_contrast_{side}"] > 0.5
        assert shut[f"iris_contrast_{side}"] < 0.2
