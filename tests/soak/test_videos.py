"""Damaged videos through the reader: frames or one sentence, never anything else."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.errors import FerError
from fer_core.types import ImageArray
from fer_core.video import VideoReader, VideoWriter
from tests.soak.mutants import Watch, mutants, scaled

SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".mjpeg", ".y4m")
MAX_PIXELS = 1_000_000
#: Damaged times can make a file as long as it likes; this many frames are enough to see it read.
MAX_FRAMES = 200
MAX_STEP_S = 10.0
MAX_GROWTH_MB = 64


def _original(suffix: str, face: ImageArray, folder: Path) -> bytes:
    """Ten frames of 64 x 64 in which the portrait's face moves."""
    path = folder / f"whole{suffix}"
    with VideoWriter(path, 64, 64, fps=10) as writer:
        for step in range(10):
            writer.write(np.roll(face, step, axis=1))
    return path.read_bytes()


def _read(data: bytes, path: Path) -> str:
    path.write_bytes(data)
    count, last_s = 0, 0.0
    try:
        with VideoReader(path, max_pixels=MAX_PIXELS, threads=1) as reader:
            for frame in reader:
                assert frame.time_s >= last_s, "time ran backwards"
                assert frame.bgr(128).ndim == 3
                assert frame.luma().shape == (frame.height, frame.width)
                count, last_s = count + 1, frame.time_s
                if count == MAX_FRAMES:
                    break
    except FerError as error:
        sentence = str(error)
        assert sentence.isprintable(), sentence
        assert sentence.endswith("."), sentence
        return type(error).__name__
    return "all frames" if count >= 10 else "some frames"


@pytest.mark.parametrize(
    "count",
    [21, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])],
)
def test_damaged_videos(count: int, portrait: Path, tmp_path: Path) -> None:
    count = scaled(count) if count > 100 else count
    picture = cv2.imread(str(portrait))
    assert picture is not None
    face = np.asarray(cv2.resize(picture[60:200, 150:290], (64, 64)), np.uint8)
    originals = {suffix: _original(suffix, face, tmp_path) for suffix in SUFFIXES}
    path = tmp_path / "damaged"
    assert {_read(data, path) for data in originals.values()} == {"all frames"}
    watch = Watch(warm_up=count // 5)
    for name, data in mutants(originals, count):
        watch.step(name, lambda data=data: _read(data, path))
    print(watch.report())
    assert watch.steps == count
    assert "DecodeError" in watch.outcomes
    assert {"all frames", "some frames"} & set(watch.outcomes)
    assert watch.slowest[0] < MAX_STEP_S, watch.report()
    assert watch.growth_mb < MAX_GROWTH_MB, watch.report()
