import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.detection.nms import keep_best, keep_whole, merge_weighted, overlaps


@pytest.mark.parametrize(
    ("other", "union", "smaller"),
    [
        ((0, 0, 10, 10), 1, 1),
        ((10, 0, 20, 10), 0, 0),  # touching
        ((5, 0, 15, 10), 1 / 3, 1 / 2),
        ((2, 2, 7, 7), 1 / 4, 1),  # inside
        ((3, 3, 3, 8), 0, 0),  # without area
        ((8, 8, 2, 2), 0, 0),  # turned inside out
        ((50, 50, 60, 60), 0, 0),
    ],
)
def test_overlaps_by_hand(other, union, smaller):
    box, others = np.array([0, 0, 10, 10], np.float32), np.array([other], np.float32)
    assert overlaps(box, others)[0] == pytest.approx(union)
    assert overlaps(box, others, of_smaller=True)[0] == pytest.approx(smaller)


def test_merge_is_the_mean_weighted_by_score():
    boxes = np.array([[0, 0, 10, 10], [2, 0, 12, 10], [50, 50, 60, 60]], np.float32)
    scores = np.array([0.6, 0.9, 0.7], np.float32)
    keypoints = np.arange(3, dtype=np.float32)[:, None, None] * np.ones((1, 6, 2), np.float32)
    got_boxes, got_scores, got_points = merge_weighted(boxes, scores, keypoints)
    np.testing.assert_allclose(got_scores, [0.9, 0.7])  # the best of each, best first
    np.testing.assert_allclose(got_boxes[0], [1.2, 0, 11.2, 10], rtol=1e-6)
    np.testing.assert_allclose(got_points[0], 0.6, rtol=1e-6)
    np.testing.assert_allclose(got_boxes[1], boxes[2])


def test_merge_of_nothing():
    empty = np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 6, 2), np.float32)
    assert [a.shape for a in merge_weighted(*empty)] == [(0, 4), (0,), (0, 6, 2)]


def test_keep_best_drops_a_part_of_a_face():
    boxes = np.array([[40, 40, 60, 60], [0, 0, 100, 100], [200, 0, 220, 20]], np.float32)
    assert keep_best(boxes, np.array([0.7, 0.9, 0.5], np.float32), 0.5) == [1, 2]


@pytest.mark.parametrize(
    ("boxes", "scores", "kept"),
    [
        ([(0, 0, 100, 100), (20, 20, 60, 60)], (0.6, 0.5), [0]),
        ([(0, 0, 100, 100), (20, 20, 60, 60)], (0.53, 0.57), [0]),
        ([(0, 0, 100, 100), (20, 20, 60, 60)], (0.5, 0.95), [1]),  # no face about a sure one
        ([(0, 0, 100, 100), (60, 0, 160, 100)], (0.6, 0.9), [1, 0]),  # cheek by cheek
        ([(0, 0, 100, 100), (85, 20, 125, 60)], (0.6, 0.9), [1, 0]),  # before a shoulder
        ([], (), []),
    ],
)
def test_no_face_is_found_twice(boxes, scores, kept):
    rows = np.array(boxes, np.float32).reshape(-1, 4)
    assert keep_whole(rows, np.array(scores, np.float32)) == kept


squares = arrays(
    np.float32,
    st.tuples(st.integers(0, 12), st.just(3)),
    elements=st.floats(0, 100, width=32),
)


@given(squares, st.floats(0.05, 0.95))
@settings(deadline=None)
def test_properties(rows, limit):
    boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:] + 1], axis=1)
    scores = np.linspace(0.5, 1, len(rows), dtype=np.float32)
    points = np.repeat(boxes[:, None, :2], 6, axis=1)
    merged, best, keypoints = merge_weighted(boxes, scores, points, limit)
    assert len(merged) == len(best) == len(keypoints) <= len(boxes)
    assert (np.diff(best) <= 0).all()
    if len(boxes):
        assert best[0] == scores.max()
        assert merged.min() >= boxes.min() - 1e-3
        assert merged.max() <= boxes.max() + 1e-3
    kept = keep_best(boxes, scores, limit)
    for i, row in enumerate(kept):
        assert (overlaps(boxes[row], boxes[kept[i + 1 :]], of_smaller=True) <= limit).all()
