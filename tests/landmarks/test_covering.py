"""Covered faces: the portrait as it is, turned, and with covers painted over."""

import cv2
import numpy as np
import pytest

from bench.covering import KINDS, Painter
from fer_core.imaging.frame import ArrayFrame
from fer_core.landmarks import FaceMesh
from fer_core.landmarks.covering import COVERED
from fer_core.pipeline import hide_covered
from tests.landmarks.portrait import faces_at, mirrored, portrait, rotated_in_depth, turned


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh(covering=True)


@pytest.fixture(scope="module")
def points(mesh: FaceMesh) -> np.ndarray:
    luma = np.asarray(cv2.cvtColor(portrait(), cv2.COLOR_BGR2GRAY), np.uint8)
    faces = faces_at()
    found = mesh.locate(luma, faces.boxes[0], faces.keypoints[0])
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_a_covered_face_is_found_out(
    mesh: FaceMesh, points: np.ndarray, kind: str, seed: int
) -> None:
    luma = np.asarray(cv2.cvtColor(portrait(), cv2.COLOR_BGR2GRAY), np.uint8)
    hidden = Painter(seed).cover(luma, points, kind)
    frame = ArrayFrame(np.asarray(cv2.cvtColor(hidden, cv2.COLOR_GRAY2BGR), np.uint8))
    faces = mesh.measure(frame, faces_at())
    assert faces.covers[0] >= COVERED
    assert hide_covered(("happy",), faces) == ("unsure",)


def test_an_uncovered_face_is_not(mesh: FaceMesh, points: np.ndarray) -> None:
    views = [(ArrayFrame(portrait()), faces_at()), mirrored(), turned(20), turned(-20)]
    views += [
        (rotated_in_depth(points, yaw, pitch), faces_at())
        for yaw, pitch in ((-30, 0), (30, 0), (0, -20), (0, 20))
    ]
    for light in (0.3, 1.6):
        dimmed = np.clip(portrait() * light, 0, 255).astype(np.uint8)
        views.append((ArrayFrame(dimmed), faces_at()))
    for frame, faces in views:
        found = mesh.measure(frame, faces)
        assert found.covers[0] < 0.25
        assert hide_covered(("happy",), found) == ("happy",)


def test_without_the_measure_nothing_is_hidden() -> None:
    faces = FaceMesh().measure(ArrayFrame(portrait()), faces_at())
    assert np.isnan(faces.covers).all()
    assert hide_covered(("happy",), faces) == ("happy",)
