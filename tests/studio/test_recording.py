"""Quality, the recorder's stages, and faces of videos made here."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fer_core.imaging.frame import ArrayFrame
from fer_core.labels import EMOTIONS
from fer_core.studio.guide import CUES, next_emotion
from fer_core.studio.quality import measure_quality
from fer_core.studio.recorder import Recorder, Stage
from fer_core.studio.videos import VideoCutter
from fer_core.types import Faces, FrameResult
from fer_core.video import VideoWriter

BOX = (100.0, 60.0, 260.0, 220.0)


def faces(*boxes: tuple[float, ...], yaw: float = 0.0) -> Faces:
    n = len(boxes)
    poses = np.tile(np.array([yaw, 0, 0], np.float32), (n, 1))
    return Faces(np.reshape(boxes, (n, 4)), np.ones(n), poses=poses)


@pytest.mark.parametrize(
    ("found", "grey", "hints"),
    [
        (faces(BOX), 120, ()),
        (faces(), 120, ("no-face",)),
        (faces(BOX), 20, ("too-dark",)),
        (faces((100, 60, 150, 110)), 120, ("too-far",)),
        (faces(BOX, yaw=-40), 120, ("turned-away",)),
        (faces(BOX, (400, 60, 500, 160)), 120, ("two-faces",)),
        (faces(BOX, (400, 60, 440, 100)), 120, ()),  # somebody far behind
        (faces((100, 60, 150, 110), yaw=60), 10, ("too-dark", "too-far", "turned-away")),
    ],
)
def test_hints(found: Faces, grey: int, hints: tuple[str, ...]) -> None:
    quality = measure_quality(np.full((480, 640), grey, np.uint8), found)
    assert quality.hints == hints
    assert 0 <= quality.score <= 1
    assert (quality.score == 1) == (hints == ())
    assert quality.is_usable == (not {"no-face", "two-faces"} & set(hints))


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def result_of(found: Faces) -> FrameResult:
    n = len(found)
    return FrameResult(
        0.0, 640, 480, found, np.full((n, 7), 1 / 7), np.full((n, 7), 1 / 7), ("unsure",) * n
    )


def test_a_take_counts_down_records_and_is_collected_once() -> None:
    clock = Time()
    recorder = Recorder(clock=clock)
    frame = ArrayFrame(np.full((480, 640, 3), 120, np.uint8), 7.0)
    later = ArrayFrame(np.full((480, 640, 3), 120, np.uint8), 7.4)
    one, two = result_of(faces(BOX)), result_of(faces(BOX, BOX))
    recorder.see(frame, one)
    assert recorder.moment().stage is Stage.IDLE
    recorder.begin("happy", countdown_s=3, take_s=4)
    recorder.see(frame, one)
    assert (recorder.moment().stage, recorder.moment().left_s) == (Stage.COUNTDOWN, 3)
    assert recorder.moment().count == 0, "nothing is kept before the countdown ends"
    clock.now += 3.5
    recorder.see(frame, one)
    recorder.see(later, two)
    recorder.see(later, result_of(faces()))
    recorder.see(later, one)
    assert recorder.is_recording
    assert recorder.collect() is None
    clock.now += 4
    recorder.see(later, one)
    emotion, kept = recorder.collect() or ("", [])
    assert (emotion, [round(face.time_s, 1) for face in kept]) == ("happy", [0.0, 0.4])
    assert kept[0].image.shape == (48, 48)
    assert recorder.collect() is None
    recorder.begin("sad", countdown_s=0, take_s=9)
    recorder.see(frame, one)
    recorder.cancel()
    assert recorder.moment().stage is Stage.IDLE


@pytest.mark.parametrize("mirror", [False, True])
def test_the_box_is_red_while_pictures_are_kept(mirror: bool) -> None:
    clock = Time()
    recorder = Recorder(clock=clock)
    grey = av.VideoFrame.from_ndarray(np.full((480, 640, 3), 120, np.uint8), format="bgr24")
    grey = grey.reformat(format="yuv420p")
    result = result_of(faces(BOX))

    def corner() -> list[int]:
        picture = recorder.annotate(grey, result, mirror).to_ndarray(format="rgb24")
        x = 640 - 100 if mirror else 100
        return list(picture[140, x - 1 : x + 2].max(axis=0))

    white = corner()
    assert min(white) > 200
    recorder.begin("sad", countdown_s=0, take_s=9)
    red = corner()
    assert red[0] > 200
    assert max(red[1:]) < 130


def test_every_expression_has_a_cue_and_the_rarest_comes_next() -> None:
    assert tuple(CUES) == EMOTIONS
    assert next_emotion({}) == "angry"
    assert next_emotion({"angry": 1, "disgust": 1, "fear": 2}) == "happy"


@pytest.fixture(scope="module")
def portrait_video(portrait: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds at 25 fps of the portrait moving and changing its light; then a wall."""
    picture = cv2.resize(cv2.imread(str(portrait)), (360, 360), interpolation=cv2.INTER_AREA)
    path = tmp_path_factory.mktemp("video") / "face.mp4"
    with VideoWriter(path, 480, 360, fps=25) as writer:
        for index in range(75):
            frame = np.full((360, 480, 3), 90, np.uint8)
            if index < 50:
                left = index
                frame[:, left : left + 360] = picture * (1 - index / 120)
            writer.write(av.VideoFrame.from_ndarray(frame, format="bgr24"))
    return path


@pytest.mark.parametrize("detector", ["short", "haar"])
def test_videos_are_sampled_and_cut(portrait_video: Path, detector: str) -> None:
    shares: list[float] = []
    got = VideoCutter(detector).cut(portrait_video, progress=shares.append)  # type: ignore[arg-type]
    assert got.frames == 15, "five a second"
    assert 9 <= len(got.faces) <= 10
    assert max(face.time_s for face in got.faces) < 2
    assert shares == sorted(shares)
    assert all(40 < face.image.mean() < 220 for face in got.faces)
