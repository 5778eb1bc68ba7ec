"""Frames to seconds: means over time, whatever the frame rate."""

import numpy as np
import pytest

from fer_core.classroom.measures import FACING, WIDTH, measure_faces
from fer_core.classroom.seconds import CrowdMeter, DeviceMeter, Second, SecondMeans
from tests.classroom.frames import frame

AWAY = ("neutral", 60.0, 0.0, 1.0)
HERE = ("neutral", 0.0, 0.0, 1.0)


@pytest.mark.parametrize("fps", [4, 10, 15, 30])
def test_the_mean_is_over_time_and_not_over_frames(fps: int) -> None:
    means = SecondMeans(0.5)
    done: list[Second] = []
    for index in range(3 * fps + 1):
        time_s = 100 + index / fps
        shown = np.full(WIDTH, 1.0 if time_s % 1 < 0.5 else 0.0)
        done += means.add(time_s, shown)
    assert [one.second_s for one in done] == [100, 101, 102]
    for one in done:
        assert one.covered_s == pytest.approx(1.0)
        assert one.values[0] == pytest.approx(0.5, abs=1 / fps)
        assert one.is_complete


def test_a_gap_counts_for_nothing_and_time_never_goes_back() -> None:
    means = SecondMeans(0.5)
    assert means.add(10.0, np.ones(WIDTH)) == []
    assert means.add(10.4, np.ones(WIDTH)) == []
    assert means.add(10.2, np.zeros(WIDTH)) == []
    done = means.add(12.0, np.zeros(WIDTH))
    assert [(one.second_s, one.covered_s) for one in done] == [(10, pytest.approx(0.4))]
    assert done[0].values[0] == 1.0


def test_a_device_counts_the_face_in_focus_alone() -> None:
    meter = DeviceMeter()
    for tenth in range(25):
        meter.add(frame(HERE, AWAY), 50 + tenth / 10)
    done = meter.take()
    assert [one.second_s for one in done] == [50, 51]
    assert [one.values[FACING] for one in done] == [1.0, 1.0]
    assert meter.take() == []
    meter.add(frame(), 52.5)
    meter.add(frame(HERE), 60)
    assert meter.take()[0].covered_s == pytest.approx(0.5), "until the face was gone"


def test_who_comes_back_is_no_still_picture_until_a_minute_has_passed() -> None:
    meter = DeviceMeter()

    def stand_still(from_s: int, to_s: int) -> bool:
        for quarter in range(4 * from_s, 4 * to_s):
            meter.add(frame(HERE), quarter / 4)
        return meter.is_still

    assert stand_still(0, 70), "it never moved"
    assert not stand_still(200, 230)
    assert stand_still(230, 270)


def after_a_while(meter: CrowdMeter, *faces: tuple[str, float, float, float]) -> float:
    """People who were before the camera for so long that it knows them to be people."""
    for second in range(100, 108):
        meter.add(frame(*faces, at_s=second), second)
    meter.take()
    assert meter.counted == len(faces)
    return 108.0


def test_a_camera_counts_frames_with_k_faces_and_no_others() -> None:
    meter, faces = CrowdMeter(3), (HERE, AWAY, HERE, HERE)
    begin_s = after_a_while(meter, *faces)
    for half in range(8):
        people, at_s = (4 if half < 4 else 2), begin_s + half / 2
        meter.add(frame(*faces[:people], at_s=at_s), at_s)
    done = meter.take()
    assert meter.in_view == meter.counted == 2
    assert [second for second, _ in done] == [107, 108, 109]
    assert [figures.people for _, figures in done] == [4, 4, 4]
    assert [figures.share(FACING) for _, figures in done] == [0.8] * 3, "3 of 4, in tenths"


def test_small_faces_have_no_pose_and_count_for_no_share_of_it() -> None:
    nan = float("nan")
    far = ("happy", nan, nan, nan)
    meter, faces = CrowdMeter(3), (HERE, HERE, far, far)
    begin_s = after_a_while(meter, *faces)
    for time_s in (begin_s, begin_s + 1):
        meter.add(frame(*faces, at_s=time_s), time_s)
    figures = meter.take()[0][1]
    assert figures.share(FACING) is None, "two poses are fewer than three"
    assert all(np.isfinite(figures.probs))
    assert measure_faces(frame(far))[0, FACING] != 1
