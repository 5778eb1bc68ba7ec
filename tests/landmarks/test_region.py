import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.landmarks.region import SCALE, Region, region_of

places = st.floats(-500, 5000)


@given(places, places, st.floats(1, 4000), st.floats(-4, 4), st.tuples(places, places))
def test_crop_and_back(x: float, y: float, side: float, angle: float, p: tuple) -> None:
    region = Region((x, y), side, angle)
    crop = region.to_crop(192) @ [*p, 1]
    back = region.to_frame(np.array([[*crop, 10.0]], np.float32), 192)
    np.testing.assert_allclose(back[0, :2], p, atol=0.1)
    assert back[0, 2] == pytest.approx(10 * side / 192, rel=1e-4)


def test_upright_square_without_eyes() -> None:
    region = region_of(np.array([10, 20, 110, 100]), np.full((6, 2), np.nan))
    assert region == Region((60.0, 60.0), SCALE * 100, 0.0)


@pytest.mark.parametrize(
    ("left_eye", "degrees"), [((10, 0), 0), ((10, 10), 45), ((0, 10), 90), ((-10, 0), 180)]
)
def test_angle_follows_the_eyes(left_eye: tuple[float, float], degrees: float) -> None:
    keypoints = np.full((6, 2), np.nan)
    keypoints[:2] = [[50, 50], np.add(50, left_eye)]
    region = region_of(np.array([0, 0, 100, 100]), keypoints)
    assert region is not None
    assert np.degrees(region.angle) == pytest.approx(degrees)
    # The eyes lie level in the crop, the right one left.
    right, left = (region.to_crop(192) @ [*p, 1] for p in keypoints[:2])
    assert right[1] == pytest.approx(left[1], abs=1e-3)
    assert right[0] < left[0]


@pytest.mark.parametrize(
    "box", [[0, 0, 0, 10], [0, 0, 10, 0], [5, 5, 1, 9], [np.nan, 0, 1, 1], [0, 0, 1, np.inf]]
)
def test_impossible_boxes_have_no_region(box: list[float]) -> None:
    assert region_of(np.array(box), np.zeros((6, 2))) is None
