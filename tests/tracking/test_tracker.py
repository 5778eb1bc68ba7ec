import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fer_core.errors import ConfigError
from fer_core.tracking import Tracker
from fer_core.types import Faces


def faces_at(*centers: tuple[float, float], size: float = 100) -> Faces:
    boxes = [[x - size / 2, y - size / 2, x + size / 2, y + size / 2] for x, y in centers]
    return Faces(np.array(boxes).reshape(-1, 4), np.ones(len(centers)))


def ids(tracker: Tracker, time_s: float, *centers: tuple[float, float]) -> list[int]:
    return tracker.update(faces_at(*centers), time_s).track_ids.tolist()


def test_ids_start_at_one_and_follow_the_rows() -> None:
    tracker = Tracker()
    assert ids(tracker, 0, (100, 100), (400, 100)) == [1, 2]
    assert ids(tracker, 0.1, (402, 100), (101, 100), (250, 400)) == [2, 1, 3]


@pytest.mark.parametrize(("gap", "want"), [(0.1, 1), (0.5, 1), (0.79, 1), (0.9, 2), (60, 2)])
def test_expiry_counts_seconds(gap: float, want: int) -> None:
    tracker = Tracker()
    ids(tracker, 0, (100, 100))
    assert ids(tracker, gap, (100, 100)) == [want]


@pytest.mark.parametrize("frames", [1, 5, 50])
def test_expiry_ignores_how_many_frames_were_empty(frames: int) -> None:
    tracker = Tracker()
    ids(tracker, 0, (100, 100))
    for time_s in np.linspace(0.01, 0.7, frames):
        assert ids(tracker, float(time_s)) == []
    assert ids(tracker, 0.75, (100, 100)) == [1]
    for time_s in np.linspace(0.8, 1.7, frames):
        ids(tracker, float(time_s))
    assert ids(tracker, 1.75, (100, 100)) == [2]


def test_ids_are_never_used_twice() -> None:
    tracker = Tracker()
    given_ids = [ids(tracker, 10.0 * k, (100, 100), (300, 300)) for k in range(5)]
    tracker.reset()
    given_ids.append(ids(tracker, 0, (100, 100)))
    flat = [i for row in given_ids for i in row]
    assert flat == list(range(1, 12))


def test_a_moving_face_is_met_where_it_goes() -> None:
    tracker = Tracker()
    for k in range(20):
        assert ids(tracker, k / 10, (40.0 * k, 200), (760 - 40.0 * k, 235)) == [1, 2]


def test_a_far_or_much_larger_face_is_somebody_else() -> None:
    tracker = Tracker()
    ids(tracker, 0, (100, 100))
    assert ids(tracker, 0.033, (300, 100)) == [2]
    assert tracker.update(faces_at((300, 100), size=250), 0.066).track_ids.tolist() == [3]


@pytest.mark.parametrize("times", [[5, 5, 5], [5, 4, 3], [100, 0, 0.1], [0, -50, -49.9]])
def test_clocks_that_stand_still_or_go_back_keep_ids(times: list[float]) -> None:
    tracker = Tracker()
    for time_s in times:
        assert ids(tracker, time_s, (100, 100), (140, 100)) == [1, 2]
    assert ids(tracker, times[-1] + 0.7, (100, 100)) == [1]
    assert ids(tracker, times[-1] + 1.0, (140, 100)) != [2]


@pytest.mark.parametrize(
    "box", [[np.nan, 0, 1, 1], [0, 0, np.inf, 1], [0, 0, 0, 9], [9, 9, 0, 0], [-np.inf] * 4]
)
def test_impossible_boxes_are_not_followed(box: list[float]) -> None:
    tracker = Tracker()
    found = Faces(np.array([box, [0, 0, 50, 50]]), np.ones(2))
    assert tracker.update(found, 0).track_ids.tolist() == [-1, 1]
    assert tracker.update(found, 0.1).track_ids.tolist() == [-1, 1]
    assert len(tracker.predict(0.2)) == 2


boxes = hnp.arrays(
    np.float32, st.tuples(st.integers(0, 5), st.just(4)), elements=st.floats(width=32)
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(boxes, st.floats(-2, 2)), max_size=8))
def test_any_boxes_and_times_give_each_usable_row_its_own_id(frames: list) -> None:
    tracker, time_s, highest = Tracker(), 0.0, 0
    for rows, dt in frames:
        time_s += dt
        found = tracker.update(Faces(rows, np.ones(len(rows))), time_s).track_ids
        usable = found[found > 0]
        assert len(set(usable.tolist())) == len(usable)
        assert ((found == -1) | (found > 0)).all()
        new = sorted(i for i in usable.tolist() if i > highest)
        assert new == list(range(highest + 1, highest + 1 + len(new)))
        highest += len(new)
        assert len(tracker.predict(time_s + 0.1)) == len(rows)


def test_all_other_columns_stay() -> None:
    keypoints = np.arange(12, dtype=np.float32).reshape(1, 6, 2)
    found = faces_at((100, 100)).with_(keypoints=keypoints, poses=[[1, 2, 3]])
    tracked = Tracker().update(found, 0)
    np.testing.assert_array_equal(tracked.boxes, found.boxes)
    np.testing.assert_array_equal(tracked.keypoints, keypoints)
    np.testing.assert_array_equal(tracked.poses, [[1, 2, 3]])


def test_predict_moves_boxes_and_keypoints_and_learns_nothing() -> None:
    tracker = Tracker()
    keypoints = np.full((1, 6, 2), 50, np.float32)
    for k in range(31):
        last = faces_at((100 + 4 * k, 200)).with_(keypoints=keypoints)
        tracker.update(last, k / 30)
    ahead = tracker.predict(1 + 1 / 30)
    assert ahead.boxes[0, 0] - last.boxes[0, 0] == pytest.approx(4, abs=1)
    assert ahead.boxes[0, 1] == pytest.approx(last.boxes[0, 1], abs=0.1)
    np.testing.assert_allclose(
        ahead.keypoints[0] - 50, [[ahead.boxes[0, 0] - last.boxes[0, 0], 0]] * 6, atol=0.1
    )
    assert ahead.track_ids.tolist() == [1]
    np.testing.assert_array_equal(tracker.predict(1 + 1 / 30).boxes, ahead.boxes)
    np.testing.assert_array_equal(tracker.predict(0.5).boxes, last.boxes)


def test_predict_is_empty_before_the_first_frame_and_after_expiry() -> None:
    tracker = Tracker()
    assert len(tracker.predict(0)) == 0
    ids(tracker, 0, (100, 100))
    assert len(tracker.predict(0.5)) == 1
    assert len(tracker.predict(0.9)) == 0


def test_two_trackers_share_nothing() -> None:
    first, second = Tracker(), Tracker()
    ids(first, 0, (100, 100), (300, 300))
    assert ids(second, 0, (300, 300)) == [1]


@pytest.mark.parametrize("time_s", [np.nan, np.inf])
def test_times_that_are_not_finite_are_refused(time_s: float) -> None:
    tracker = Tracker()
    with pytest.raises(ValueError, match="finite"):
        tracker.update(Faces.empty(), time_s)
    with pytest.raises(ValueError, match="finite"):
        tracker.predict(time_s)


@pytest.mark.parametrize("expiry_s", [0, -1, np.nan])
def test_impossible_expiry_is_refused(expiry_s: float) -> None:
    with pytest.raises(ConfigError, match="Received"):
        Tracker(expiry_s=expiry_s)


@pytest.mark.parametrize(("missed", "want"), [(0, 1), (2, 1), (3, 2)])
def test_a_long_step_of_a_file_is_one_step(missed: int, want: int) -> None:
    """A frame every five seconds: who is missing in three of them comes back as another."""
    tracker = Tracker(expiry_s=1.5, max_step_s=0.5)
    ids(tracker, 0, (100, 100))
    for step in range(missed):
        ids(tracker, 5.0 * (step + 1))
    assert ids(tracker, 5.0 * (missed + 1), (104, 100)) == [want]
