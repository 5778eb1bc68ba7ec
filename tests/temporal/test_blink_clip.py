"""Blinks of a clip: the portrait whose eyes are painted shut for 200 ms at known times."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.imaging.frame import ArrayFrame
from fer_core.landmarks import FaceMesh
from fer_core.pipeline import build_pipeline
from fer_core.temporal.blinks import BlinkWatch
from fer_core.video import VideoReader, VideoWriter
from tests.landmarks import portrait
from tests.landmarks.eyelids import shut_eyes

FPS, SECONDS, SHUT_S = 30, 16, 0.2
#: A blink every 1.7 to 3 s.
TIMES_S = (1.0, 3.1, 4.8, 7.5, 9.5, 12.3, 14.0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    image = portrait.portrait()
    mesh = FaceMesh().locate(ArrayFrame(image).luma(), portrait.BOX, portrait.KEYPOINTS)
    assert mesh is not None
    shut = shut_eyes(image, mesh)
    path = tmp_path_factory.mktemp("blinks") / "blinks.mp4"
    with VideoWriter(path, 384, 288, fps=FPS) as writer:
        for index in range(FPS * SECONDS):
            time_s = index / FPS
            is_shut = any(begin <= time_s < begin + SHUT_S - 1e-9 for begin in TIMES_S)
            # The head sways, so that no two frames are the same.
            dx, dy = 6 * np.sin(time_s), 3 * np.cos(1.7 * time_s)
            move = np.array([[1, 0, dx - 40], [0, 1, dy - 10]])
            frame = cv2.warpAffine(shut if is_shut else image, move, (384, 288))
            writer.write(frame, time_s)
    return path


@pytest.mark.parametrize("every", [1, 2])
def test_rate_within_five_percent_at_30_and_15_frames_a_second(clip: Path, every: int) -> None:
    pipeline, watch = build_pipeline(smooth_s=0.0), BlinkWatch()
    durations, end_s = [], 0.0
    with VideoReader(clip) as reader:
        for index, frame in enumerate(reader):
            if index % every:
                continue
            result = pipeline.process(frame)
            durations += [closure.duration_s for closure in watch.add(result).values()]
            end_s, (track_id,) = result.time_s, result.faces.track_ids.tolist()
    rates = watch.rates(track_id, end_s)
    assert rates.blink_rate_per_min == pytest.approx(60 * len(TIMES_S) / SECONDS, rel=0.05)
    assert rates.blink_duration_s == pytest.approx(SHUT_S, rel=0.25)
    assert rates.perclos == pytest.approx(SHUT_S * len(TIMES_S) / SECONDS, rel=0.25)
