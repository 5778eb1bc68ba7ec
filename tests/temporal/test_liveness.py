"""Still pictures through the real networks, with the noise of a camera; and a head that nods."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from fer_core.imaging.frame import ArrayFrame
from fer_core.landmarks import FaceMesh
from fer_core.pipeline import build_pipeline
from fer_core.temporal.liveness import FaceMotion
from tests.landmarks import portrait

HZ = 3


def watch(picture_of: Callable[[int], np.ndarray], seconds: int = 12) -> FaceMotion:
    """A camera's pictures, noisy and of changing light."""
    rng, pipeline, motion = np.random.default_rng(3), build_pipeline(), FaceMotion()
    for number in range(seconds * HZ):
        light = 1 + 0.03 * rng.normal()
        picture = picture_of(number // HZ)
        noisy = np.clip(picture * light + rng.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)
        _, jpeg = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 60])
        seen = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)
        result = pipeline.process(ArrayFrame(seen, time_s=number / HZ))
        assert result.focus is not None
        motion.add(number / HZ, result.faces.boxes[result.focus], result.faces.poses[result.focus])
    return motion


def test_a_still_picture_is_nobody() -> None:
    motion = watch(lambda _: portrait.portrait())
    assert not motion.was_person
    assert not motion.is_person(12)


def test_a_head_that_turns_in_its_place_is_a_person() -> None:
    front = portrait.portrait()
    mesh = FaceMesh().locate(ArrayFrame(front).luma(), portrait.BOX, portrait.KEYPOINTS)
    assert mesh is not None
    turned = portrait.rotated_in_depth(mesh, 12, 4).bgr()
    assert watch(lambda second: turned if second % 2 else front, seconds=6).was_person


def box(x: float = 0.0, size: float = 100.0) -> np.ndarray:
    return np.array([x, x, x + size, x + size])


@pytest.mark.parametrize(
    ("boxes", "is_person"),
    [
        pytest.param([box(5.0 * (s % 2)) for s in range(8)], True, id="to and fro"),
        pytest.param([box(size=100 + 10.0 * (s % 2)) for s in range(8)], True, id="near and far"),
        pytest.param([box(1.5 * (s % 2)) for s in range(60)], False, id="jitter"),
        pytest.param([box(9.0 * (s > 20)) for s in range(60)], False, id="moved once"),
        pytest.param([box(9.0 * (s == 20)) for s in range(60)], False, id="hidden for a second"),
        pytest.param([box(9.0 * (s // 31)) for s in range(190)], False, id="moved now and then"),
    ],
)
def test_three_moves_within_a_minute(boxes: list[np.ndarray], is_person: bool) -> None:
    motion = FaceMotion()
    for second, one in enumerate(boxes):
        motion.add(float(second), one)
    assert motion.was_person is is_person
    if is_person:
        assert motion.is_person(10.0)
        assert not motion.is_person(70.0), "for a minute"


def test_another_face_after_a_pause_is_no_move() -> None:
    motion = FaceMotion()
    for turn in range(6):
        motion.add(20.0 * turn, box(40.0 * (turn % 2)))
        motion.add(20.0 * turn + 1, box(40.0 * (turn % 2)))
    assert not motion.was_person
