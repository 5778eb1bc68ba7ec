import numpy as np
import pytest

from fer_core.streaming.timeline import TimelineRecorder
from tests.streaming.fakes import make_result

BOX = [10.0, 10.0, 60.0, 60.0]


@pytest.mark.parametrize("fps", [5, 15, 30, 7.5])
def test_a_minute_at_about_five_a_second(fps: float) -> None:
    recorder = TimelineRecorder()
    for n in range(int(200 * fps)):
        recorder.add(make_result(n / fps, [BOX]))
    timeline = recorder.view()
    span = timeline.time_s[-1] - timeline.time_s[0]
    assert 59 <= span <= 60
    assert 3.7 <= (len(timeline.time_s) - 1) / span <= 5.6
    assert timeline.probs.shape == (len(timeline.time_s), 7)
    np.testing.assert_allclose(timeline.probs.sum(axis=1), 1.0, rtol=1e-5)


def test_gaps_and_other_faces_can_be_told_apart() -> None:
    recorder = TimelineRecorder()
    recorder.add(make_result(0.0, [BOX], track_ids=[4]))
    recorder.add(make_result(0.2, []))
    recorder.add(make_result(0.4, [[0, 0, 5, 5], BOX], track_ids=[6, 5]))
    timeline = recorder.view()
    assert timeline.track_ids.tolist() == [4, -1, 5]
    assert np.isnan(timeline.probs[1]).all()
    assert np.isfinite(timeline.probs[[0, 2]]).all()


def test_empty() -> None:
    timeline = TimelineRecorder().view()
    assert timeline.time_s.shape == (0,)
    assert timeline.probs.shape == (0, 7)
    assert timeline.track_ids.shape == (0,)


def test_old_samples_leave_after_a_pause() -> None:
    recorder = TimelineRecorder()
    for time_s in (0.0, 1.0, 500.0, 501.0):
        recorder.add(make_result(time_s, [BOX]))
    assert recorder.view().time_s.tolist() == [500.0, 501.0]
