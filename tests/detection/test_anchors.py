import numpy as np
import pytest

from fer_core.detection.anchors import FULL_RANGE, SHORT_RANGE, anchor_centers, decode, sigmoid


@pytest.mark.parametrize(("layout", "count"), [(SHORT_RANGE, 896), (FULL_RANGE, 2304)])
def test_count_is_the_networks(layout, count):
    centers = anchor_centers(layout)
    assert centers.shape == (count, 2)
    assert centers.min() > 0
    assert centers.max() < 1
    # A regular grid is symmetric about the middle of the picture.
    np.testing.assert_allclose(centers.mean(axis=0), 0.5, atol=1e-6)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (0, (0.5 / 16, 0.5 / 16)),
        (1, (0.5 / 16, 0.5 / 16)),  # two anchors per cell of the first grid
        (2, (1.5 / 16, 0.5 / 16)),  # then the next column
        (32, (0.5 / 16, 1.5 / 16)),  # then the next line
        (512, (0.5 / 8, 0.5 / 8)),  # the three layers of stride 16 share a grid
        (517, (0.5 / 8, 0.5 / 8)),
        (518, (1.5 / 8, 0.5 / 8)),
        (895, (7.5 / 8, 7.5 / 8)),
    ],
)
def test_order_of_short_range(row, expected):
    np.testing.assert_allclose(anchor_centers(SHORT_RANGE)[row], expected)


def test_decode_by_hand():
    raw = np.zeros((1, 16), np.float32)
    raw[0, :4] = 12.8, -12.8, 64, 32  # a tenth right, a tenth up; half as wide, a quarter high
    raw[0, 4:6] = -12.8, 25.6  # right eye
    boxes, keypoints = decode(raw, np.array([[0.5, 0.5]], np.float32), 128)
    np.testing.assert_allclose(boxes, [[0.35, 0.275, 0.85, 0.525]], atol=1e-6)
    np.testing.assert_allclose(keypoints[0, 0], [0.4, 0.7], atol=1e-6)
    np.testing.assert_allclose(keypoints[0, 1:], 0.5, atol=1e-6)


def test_sigmoid_holds_far_out():
    with np.errstate(all="raise"):
        values = sigmoid(np.array([-1e9, -100, 0, 100, 1e9], np.float32))
    np.testing.assert_allclose(values, [0, 0, 0.5, 1, 1], atol=1e-6)
