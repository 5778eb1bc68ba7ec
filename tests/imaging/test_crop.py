import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.imaging.crop import (
    DROP_PER_BOX,
    DROP_PER_UNIT,
    SIDE_PER_BOX,
    SIDE_PER_UNIT,
    align_faces,
    crop_squares,
)
from fer_core.types import Faces

SPREAD, TO_MOUTH = 18.0, 19.0
UNIT = float(np.hypot(SPREAD, TO_MOUTH))


def make_faces(boxes, keypoints=None, score=0.9) -> Faces:
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    return Faces(boxes, np.full(len(boxes), score, np.float32), keypoints=keypoints)


def face_at(x: float, y: float, scale: float, angle: float) -> Faces:
    """A face whose eye centre is x, y, turned clockwise on the screen by ``angle`` radians."""
    local = np.array([[-SPREAD / 2, 0], [SPREAD / 2, 0], [0, 10], [0, TO_MOUTH], [-18, 3], [18, 3]])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (scale * local @ turn.T + [x, y])[None].astype(np.float32)
    half = 21 * scale
    return make_faces([x - half, y - half, x + half, y + half], points)


def squares_image(size: int = 400) -> np.ndarray:
    """A smooth picture in which every place is unlike its neighbours."""
    y, x = np.mgrid[:size, :size]
    return (128 + 60 * np.sin(x / 23) + 60 * np.cos(y / 31)).astype(np.uint8)


@pytest.mark.parametrize("scale", [0.5, 1, 4.7, 30])
@pytest.mark.parametrize("degrees", [-170, -40, 0, 12, 90])
def test_square_follows_the_eyes(scale, degrees):
    angle = np.radians(degrees)
    centers, sides, angles = crop_squares(face_at(200, 150, scale, angle))
    drop = DROP_PER_UNIT * UNIT * scale
    expected = [200 - drop * np.sin(angle), 150 + drop * np.cos(angle)]
    np.testing.assert_allclose(centers[0], expected, atol=1e-3 * scale)
    assert sides[0] == pytest.approx(SIDE_PER_UNIT * UNIT * scale, rel=1e-4)
    assert angles[0] == pytest.approx(angle, abs=1e-4)


@pytest.mark.parametrize(
    "break_points",
    [
        lambda p: p * np.nan,
        lambda p: np.where(np.arange(6)[None, :, None] == 0, np.nan, p),  # one eye
        lambda p: np.where(np.arange(6)[None, :, None] == 3, np.inf, p),  # the mouth
        lambda p: p * 0,  # all in one place
        lambda p: 200 + (p - 200) * 0.01,  # far too small for the box
    ],
)
def test_square_by_the_box_where_keypoints_are_no_use(break_points):
    good = face_at(200, 200, 2, 0.3)
    with np.errstate(invalid="ignore"):
        faces = good.with_(keypoints=break_points(good.keypoints))
    centers, sides, angles = crop_squares(faces)
    np.testing.assert_allclose(centers[0], [200, 200 + DROP_PER_BOX * 84], atol=1e-3)
    assert sides[0] == pytest.approx(SIDE_PER_BOX * 84)
    assert angles[0] == 0


def test_ears_and_nose_are_not_needed():
    face = face_at(100, 100, 2, 0.2)
    points = face.keypoints.copy()
    points[:, [2, 4, 5]] = np.nan  # as YuNet's ears
    for got, want in zip(
        crop_squares(face.with_(keypoints=points)), crop_squares(face), strict=True
    ):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("degrees", [0, 17, -35])
@pytest.mark.parametrize("scale", [0.7, 1, 2.5, 4])
def test_eyes_and_mouth_land_on_their_places(scale, degrees):
    """White dots on the keypoints of a turned face come out where the constants say."""
    face = face_at(300, 260, scale, np.radians(degrees))
    luma = np.zeros((600, 600), np.uint8)
    for point in face.keypoints[0, [0, 1, 3]]:
        # A pixel's centre lies half a pixel from its edge; shift=4 draws in sixteenths.
        center = np.round((point - 0.5) * 16).astype(int).tolist()
        cv2.circle(luma, center, round(3 * scale * 16), 255, -1, cv2.LINE_AA, 4)
    crop = align_faces(luma, face)[0]
    zoom = 48 / (SIDE_PER_UNIT * UNIT)
    eyes_y = 23.5 - DROP_PER_UNIT * UNIT * zoom
    expected = [
        (23.5 - SPREAD / 2 * zoom, eyes_y),
        (23.5 + SPREAD / 2 * zoom, eyes_y),
        (23.5, eyes_y + TO_MOUTH * zoom),
    ]
    _, _, _, centroids = cv2.connectedComponentsWithStats((crop > 100).astype(np.uint8))
    assert len(centroids) == 4  # the ground and three dots
    for want in expected:
        assert np.hypot(*(centroids[1:] - want).T).min() < 0.4


@pytest.mark.parametrize("side", [20, 48, 97, 160, 390])
def test_box_crop_equals_cutting_and_shrinking(side):
    """Against OpenCV's area shrinking of the cut-out square."""
    luma = squares_image()
    start, half = (400 - side) // 2, side / SIDE_PER_BOX / 2
    center = start + side / 2 - np.array([0, DROP_PER_BOX * 2 * half])
    box = [*(center - half), *(center + half)]
    crop = align_faces(luma, make_faces(box))[0]
    cut = luma[start : start + side, start : start + side]
    shrinks = side >= 48
    want = cv2.resize(cut, (48, 48), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    assert np.abs(crop.astype(int) - want).mean() < 2.5


@pytest.mark.parametrize("scale", [3, 6, 12.5])
def test_large_faces_are_averaged_not_sampled(scale):
    """A fine chessboard must come out grey: sampling single pixels gives stripes."""
    side = round(60 * scale)
    y, x = np.mgrid[: 2 * side, : 2 * side]
    luma = ((x // 2 + y // 2) % 2 * 255).astype(np.uint8)
    crop = align_faces(luma, face_at(side, side, scale, 0.2))[0]
    assert crop.std() < 20
    assert abs(crop.mean() - 127.5) < 5


def test_outside_the_frame_the_border_goes_on():
    luma = np.zeros((100, 100), np.uint8)
    luma[:, 50:] = 200
    right = align_faces(luma, make_faces([500, 20, 540, 60]))[0]
    left = align_faces(luma, make_faces([-540, 20, -500, 60]))[0]
    assert (right == 200).all()
    assert (left == 0).all()


def test_no_coordinates_give_a_grey_crop_and_leave_the_others_alone():
    luma = squares_image()
    good = face_at(150, 150, 2, 0.1)
    boxes = np.concatenate([np.full((1, 4), np.nan, np.float32), good.boxes])
    points = np.concatenate([np.full((1, 6, 2), np.nan, np.float32), good.keypoints])
    crops = align_faces(luma, make_faces(boxes, points))
    assert (crops[0] == 128).all()
    np.testing.assert_array_equal(crops[1], align_faces(luma, good)[0])


def test_scores_do_not_matter():
    luma, face = squares_image(), face_at(150, 150, 2, 0.1)
    nan = face.with_(scores=np.array([np.nan], np.float32))
    np.testing.assert_array_equal(align_faces(luma, nan), align_faces(luma, face))


def test_luma_is_only_read_and_may_be_a_view():
    wide = np.zeros((400, 512), np.uint8)
    wide[:, :400] = squares_image()
    view = wide[:, :400]  # a decoder's plane has padding at the end of each row
    view.setflags(write=False)
    for scale in (0.5, 2, 5):
        face = face_at(200, 200, scale, 0.4)
        np.testing.assert_array_equal(align_faces(view, face), align_faces(squares_image(), face))


def test_no_faces():
    assert align_faces(squares_image(), Faces.empty()).shape == (0, 48, 48)


@pytest.mark.parametrize(
    ("luma", "size"),
    [
        (np.zeros((4, 4, 3), np.uint8), 48),
        (np.zeros((4, 4), np.float32), 48),
        (np.zeros((0, 4), np.uint8), 48),
        (np.zeros((4, 4), np.uint8), 0),
    ],
)
def test_impossible_arguments(luma, size):
    with pytest.raises(ValueError, match="align_faces needs"):
        align_faces(luma, Faces.empty(), size)


wild = st.one_of(
    st.floats(-300, 900, width=32),
    st.floats(width=32),  # any, also nan and the infinities
    st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 3e38, -3e38]),
)


@given(
    boxes=arrays(np.float32, (2, 4), elements=wild),
    points=arrays(np.float32, (2, 6, 2), elements=wild),
    height=st.sampled_from([1, 2, 10, 300]),
    width=st.sampled_from([1, 3, 47, 700]),
    size=st.sampled_from([1, 32, 48]),
)
@settings(max_examples=200, deadline=None)
def test_any_face_gives_a_crop(boxes, points, height, width, size):
    luma = np.full((height, width), 77, np.uint8)
    crops = align_faces(luma, make_faces(boxes, points), size)
    assert crops.shape == (2, size, size)
    assert crops.dtype == np.uint8
    # A picture of one colour has no other in its crops, wherever they lie.
    assert set(np.unique(crops)) <= {77, 128}


@given(
    x=st.floats(-50, 450), y=st.floats(-50, 450), scale=st.floats(0.3, 8), angle=st.floats(-1, 1)
)
@settings(max_examples=60, deadline=None)
@example(x=-32.0, y=0.0, scale=8.0, angle=0.0)  # reaches far beyond the picture
def test_moving_face_and_picture_together_changes_nothing(x, y, scale, angle):
    luma = squares_image()
    moved = cv2.copyMakeBorder(luma, 64, 64, 64, 64, cv2.BORDER_REPLICATE)
    here = align_faces(luma, face_at(x, y, scale, angle))[0]
    there = align_faces(moved, face_at(x + 64, y + 64, scale, angle))[0]
    difference = np.abs(here.astype(int) - there)
    assert np.median(difference) <= 4
    assert difference.mean() < 4


@given(zoom=st.floats(1.2, 6), angle=st.floats(-0.8, 0.8))
@settings(max_examples=40, deadline=None)
def test_enlarging_face_and_picture_together_changes_little(zoom, angle):
    luma = squares_image(240)
    large = cv2.resize(luma, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    real = large.shape[0] / 240
    here = align_faces(luma, face_at(120, 110, 2, angle))[0]
    there = align_faces(large, face_at(120 * real, 110 * real, 2 * real, angle))[0]
    assert np.abs(here.astype(int) - there).mean() < 2.5
