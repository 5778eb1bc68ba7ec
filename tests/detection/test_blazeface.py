import cv2
import numpy as np
import pytest

from fer_core.detection import create_detector
from fer_core.errors import ConfigError
from tests.detection.scenes import FACE_CENTER, LEFT_EYE, RIGHT_EYE, Placed, portrait, scene

SIZES = [(1, 1), (2, 3), (1, 500), (3000, 10), (10, 3000), (127, 129), (640, 480), (2000, 1500)]


@pytest.fixture(scope="module", params=["short", "full"])
def detector(request):
    return create_detector(request.param)


def assert_matches(faces, row: int, placed: Placed) -> None:
    """Box and eyes of one row lie where the portrait's were put."""
    box = faces.boxes[row]
    side = placed.side
    np.testing.assert_allclose((box[:2] + box[2:]) / 2, placed.map(FACE_CENTER), atol=0.2 * side)
    assert 0.75 * side < faces.sizes[row] < 1.35 * side
    np.testing.assert_allclose(faces.keypoints[row, 0], placed.map(RIGHT_EYE), atol=0.09 * side)
    np.testing.assert_allclose(faces.keypoints[row, 1], placed.map(LEFT_EYE), atol=0.09 * side)


@pytest.mark.parametrize(
    ("width", "height", "face"),
    [
        (640, 480, (320, 200, 130)),
        (640, 480, (180, 160, 120)),
        (640, 480, (420, 220, 180)),
        (480, 640, (240, 400, 160)),  # a phone
        (1920, 1080, (1300, 500, 420)),
        (128, 128, (64, 60, 40)),  # the network's own size or near it
    ],
)
def test_face_at_a_known_place(detector, width, height, face):
    picture, placed = scene(width, height, [face])
    faces = detector.detect(picture)
    assert len(faces) == 1
    assert faces.scores[0] > 0.6
    assert_matches(faces, 0, placed[0])


def test_keypoints_are_in_their_places(detector):
    faces = detector.detect(portrait())
    right_eye, left_eye, nose, mouth, right_ear, left_ear = faces.keypoints[0]
    assert right_ear[0] < right_eye[0] < nose[0] < left_eye[0] < left_ear[0]
    assert max(right_eye[1], left_eye[1]) < nose[1] < mouth[1] < faces.boxes[0, 3]


def test_two_faces_two_boxes(detector):
    picture, placed = scene(900, 480, [(240, 200, 150), (650, 220, 150)])
    faces = detector.detect(picture)
    faces = faces[np.argsort(faces.boxes[:, 0])]
    assert len(faces) == 2
    for row in range(2):
        assert_matches(faces, row, placed[row])


def test_tilted_face(detector):
    turn = cv2.getRotationMatrix2D((256, 256), -25, 1)
    faces = detector.detect(cv2.warpAffine(portrait(), turn, (512, 512)))
    expected = turn @ np.array([[*RIGHT_EYE, 1], [*LEFT_EYE, 1]]).T
    assert len(faces) == 1
    np.testing.assert_allclose(faces.keypoints[0, :2], expected.T, atol=10)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("value", [0, 128, 255])
def test_any_size_without_a_face(detector, size, value):
    width, height = size
    assert len(detector.detect(np.full((height, width, 3), value, np.uint8))) == 0


@pytest.mark.parametrize("size", SIZES)
def test_any_size_of_noise_is_no_error(detector, size):
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    assert np.isfinite(detector.detect(noise).boxes).all()


def test_upside_down_is_no_error(detector):
    faces = detector.detect(portrait()[::-1])
    assert np.isfinite(faces.keypoints).all()


def test_picture_is_only_read_and_views_are_fine(detector):
    mirrored = portrait()[:, ::-1]  # negative strides, read-only
    copy = mirrored.copy()
    np.testing.assert_array_equal(detector.detect(mirrored).boxes, detector.detect(copy).boxes)
    np.testing.assert_array_equal(mirrored, copy)


def test_a_picture_leaves_no_trace_in_the_next(detector):
    wide, tall = portrait()[:200], np.full((400, 100, 3), 90, np.uint8)
    first = detector.detect(wide)
    assert len(detector.detect(tall)) == 0
    np.testing.assert_array_equal(detector.detect(wide).boxes, first.boxes)


def test_shrunk_to_max_side_gives_the_same_face(detector):
    side = detector.max_side
    small = cv2.resize(portrait(), (side, side), interpolation=cv2.INTER_AREA)
    full, shrunk = detector.detect(portrait()), detector.detect(small)
    np.testing.assert_allclose(shrunk.boxes * 512 / side, full.boxes, atol=1e-3)


@pytest.mark.parametrize("min_score", [0, 1, -0.1, 2, float("nan")])
def test_impossible_score(min_score):
    with pytest.raises(ConfigError, match="between 0 and 1"):
        create_detector("short", min_score=min_score)


def test_min_score_decides():
    score = create_detector("short").detect(portrait()).scores[0]
    assert len(create_detector("short", min_score=float(score) + 0.01).detect(portrait())) == 0


def test_a_box_within_a_face_is_none(monkeypatch):
    detector = create_detector("short")
    boxes = np.array([[0.34, 0.15, 0.52, 0.33], [0.387, 0.156, 0.699, 0.47]], np.float32)
    points = np.zeros((2, 6, 2), np.float32) + np.array([1, 2], np.float32)[:, None, None]
    raw = boxes, np.array([0.56, 0.53], np.float32), points
    monkeypatch.setattr(detector, "detect_raw", lambda bgr: raw)
    faces = detector.detect(portrait())
    np.testing.assert_allclose(faces.boxes, boxes[1:] * 512, rtol=1e-6)
    assert faces.scores.tolist() == [raw[1][1]]
    assert (faces.keypoints == 2 * 512).all()
