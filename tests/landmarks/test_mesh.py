import av
import numpy as np
import pytest

from fer_core.errors import ConfigError
from fer_core.imaging.frame import ArrayFrame, VideoFrame
from fer_core.landmarks import FaceMesh
from fer_core.types import Faces
from tests.landmarks.portrait import (
    BOX,
    KEYPOINTS,
    faces_at,
    mirrored,
    portrait,
    rotated_in_depth,
    turned,
)


@pytest.fixture(scope="module")
def mesh() -> FaceMesh:
    return FaceMesh()


@pytest.fixture(scope="module")
def plain(mesh: FaceMesh) -> Faces:
    return mesh.measure(ArrayFrame(portrait()), faces_at())


def test_portrait_is_frontal_with_open_eyes(plain: Faces) -> None:
    yaw, pitch, roll = plain.poses[0]
    assert abs(yaw) < 5
    assert abs(pitch) < 10
    # The eye line of the detector's keypoints falls by 8.7 degrees, that of the face by fewer.
    assert 0 < roll < 9
    assert (plain.eye_openness > 0.6).all()


def test_eye_keypoints_move_a_little_and_the_others_stay(plain: Faces) -> None:
    np.testing.assert_allclose(plain.keypoints[0, :2], KEYPOINTS[:2], atol=6)
    assert not np.array_equal(plain.keypoints[0, :2], KEYPOINTS[:2])
    np.testing.assert_array_equal(plain.keypoints[0, 2:], KEYPOINTS[2:])


def test_missing_keypoints_are_filled(mesh: FaceMesh) -> None:
    found = mesh.measure(ArrayFrame(portrait()), faces_at(keypoints=None))
    np.testing.assert_allclose(found.keypoints[0], KEYPOINTS, atol=12)


@pytest.mark.parametrize("degrees", [-60, -45, -30, -15, 15, 30, 45, 60, 120, -120])
def test_roll_follows_the_picture_within_three_degrees(
    mesh: FaceMesh, plain: Faces, degrees: float
) -> None:
    pose = mesh.measure(*turned(degrees)).poses[0]
    assert pose[2] - plain.poses[0, 2] == pytest.approx(degrees, abs=3)
    np.testing.assert_allclose(pose[:2], plain.poses[0, :2], atol=6)


def test_mirroring_flips_yaw_and_roll_and_swaps_the_eyes(mesh: FaceMesh, plain: Faces) -> None:
    flipped = mesh.measure(*mirrored())
    np.testing.assert_allclose(flipped.poses[0], plain.poses[0] * [-1, 1, -1], atol=6)
    assert flipped.poses[0, 2] < 0 < plain.poses[0, 2]
    np.testing.assert_allclose(flipped.eye_openness[0], plain.eye_openness[0, ::-1], atol=0.15)


@pytest.mark.parametrize("yaw", [-25, -12, 12, 25])
def test_yaw_follows_a_rotation_in_depth(mesh: FaceMesh, plain: Faces, yaw: float) -> None:
    points = mesh.locate(ArrayFrame(portrait()).luma(), BOX, KEYPOINTS)
    assert points is not None
    pose = mesh.measure(rotated_in_depth(points, yaw, 0), faces_at()).poses[0]
    assert 0.6 < (pose[0] - plain.poses[0, 0]) / yaw < 1.2


def test_mirroring_a_turned_head_flips_its_yaw(mesh: FaceMesh) -> None:
    points = mesh.locate(ArrayFrame(portrait()).luma(), BOX, KEYPOINTS)
    assert points is not None
    turned_head = rotated_in_depth(points, 25, 0)
    yaw = mesh.measure(turned_head, faces_at()).poses[0, 0]
    image = np.ascontiguousarray(turned_head.bgr()[:, ::-1])
    assert mesh.measure(ArrayFrame(image), mirrored()[1]).poses[0, 0] == pytest.approx(-yaw, abs=4)
    assert yaw > 12


@pytest.mark.parametrize("pitch", [-20, -10, 10, 20])
def test_pitch_follows_a_rotation_in_depth(mesh: FaceMesh, plain: Faces, pitch: float) -> None:
    points = mesh.locate(ArrayFrame(portrait()).luma(), BOX, KEYPOINTS)
    assert points is not None
    pose = mesh.measure(rotated_in_depth(points, 0, pitch), faces_at()).poses[0]
    assert 0.4 < (pose[1] - plain.poses[0, 1]) / pitch < 1.2


@pytest.mark.parametrize(
    "box",
    [
        [300, 330, 420, 450],  # the suit
        [10, 250, 110, 350],  # the flag
        [-400, -400, -300, -300],
        [2000, 2000, 2100, 2100],
        [np.nan, 0, 100, 100],
        [100, 100, 100, 200],
        [200, 200, 100, 100],
        [0, 0, np.inf, 100],
    ],
)
def test_no_face_is_no_error(mesh: FaceMesh, box: list[float]) -> None:
    found = mesh.measure(ArrayFrame(portrait()), faces_at(np.array(box), None))
    assert len(found) == 1
    assert np.isnan(found.poses).all()
    assert np.isnan(found.eye_openness).all()
    assert np.isnan(found.keypoints).all()


def test_small_faces_stay_present_and_unmeasured(mesh: FaceMesh) -> None:
    small = np.array([200, 100, 247.5, 147.5], np.float32)
    found = mesh.measure(ArrayFrame(portrait()), faces_at(small))
    assert len(found) == 1
    assert np.isnan(found.poses).all()
    np.testing.assert_array_equal(found.keypoints[0], KEYPOINTS)


@pytest.mark.parametrize(("cap", "measured"), [(None, 3), (2, 2), (1, 1), (0, 0)])
def test_cap_takes_the_largest(cap: int | None, measured: int) -> None:
    boxes = np.stack([BOX, BOX + [-6, -6, 6, 6], BOX + [-3, -3, 3, 3]])
    faces = Faces(boxes, [0.9] * 3, keypoints=np.stack([KEYPOINTS] * 3))
    found = FaceMesh(max_faces=cap).measure(ArrayFrame(portrait()), faces)
    by_size = [1, 2, 0]
    seen = np.isfinite(found.poses).all(axis=1)
    assert [bool(seen[row]) for row in by_size] == [k < measured for k in range(3)]


def test_no_faces(mesh: FaceMesh) -> None:
    assert len(mesh.measure(ArrayFrame(portrait()), Faces.empty())) == 0


def test_video_frame_gives_the_same_pose(mesh: FaceMesh, plain: Faces) -> None:
    video = VideoFrame(av.VideoFrame.from_ndarray(portrait(), "bgr24").reformat(format="yuv420p"))
    found = mesh.measure(video, faces_at())
    np.testing.assert_allclose(found.poses, plain.poses, atol=3)


def test_a_large_picture_gives_the_same_pose(mesh: FaceMesh, plain: Faces) -> None:
    large = np.repeat(np.repeat(portrait(), 5, axis=0), 5, axis=1)
    found = mesh.measure(ArrayFrame(large), faces_at(BOX * 5, KEYPOINTS * 5))
    np.testing.assert_allclose(found.poses, plain.poses, atol=3)
    np.testing.assert_allclose(found.keypoints[0, :2] / 5, plain.keypoints[0, :2], atol=1)


@pytest.mark.parametrize("options", [{"min_presence": 0}, {"min_presence": 1}, {"max_faces": -1}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="Received"):
        FaceMesh(**options)  # type: ignore[arg-type]
