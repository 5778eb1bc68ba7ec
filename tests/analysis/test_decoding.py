"""Strangers' files in processes of their own: the same views, and nothing but a view is lost."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fer_core import workers
from fer_core.analysis import AnalysisOptions, decoding
from fer_core.analysis.compare import compare_filters
from fer_core.analysis.decoding import measure_video, open_frame, open_picture
from fer_core.config import settings
from fer_core.errors import DecodeError, LimitError
from fer_core.imaging.decode import read_image
from fer_core.imaging.frame import ArrayFrame
from fer_core.video import read_frame
from tests.analysis.clips import write_video
from tests.analysis.conftest import Analysed
from tests.imaging.pictures import png_header


@pytest.fixture(autouse=True)
def _fresh_decoders() -> Iterator[None]:
    """Each test starts its own: a process keeps the settings it was started with."""
    decoding.close_decoders()
    yield
    decoding.close_decoders()


def test_the_views_are_those_of_this_process(portrait: Path, tmp_path: Path) -> None:
    expected = ArrayFrame(read_image(portrait)).bgr(200)
    assert np.array_equal(open_picture(portrait, 200), expected)
    clip = write_video(tmp_path / "clip.mp4", frames=8)
    there, here = open_frame(clip, 0.5, 100), read_frame(clip, 0.5)
    assert np.array_equal(there.bgr, here.bgr(100))
    assert (there.width, there.height, there.time_s) == (here.width, here.height, here.time_s)
    assert measure_video(clip, 60.0).codec == "h264"


def test_what_is_wrong_with_a_file_is_said_as_in_this_process(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"Dear diary")
    with pytest.raises(DecodeError, match="10 bytes are text"):
        open_picture(bad, 100)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's memory")
def test_a_picture_takes_no_more_memory_than_the_process_may(
    tmp_path: Path, portrait: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_WORKER_MB", "500")
    monkeypatch.setenv("FER_MAX_PIXELS", "200000000")
    monkeypatch.setenv("FER_MAX_PICTURE_MB", "9000")
    settings.cache_clear()
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_header(13_000, 13_000))
    with pytest.raises(LimitError, match="FER_WORKER_MB"):
        open_picture(bomb, 100)
    assert open_picture(portrait, 50).shape == (50, 50, 3)


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        ("import os; input(); os.kill(os.getpid(), 9)", DecodeError, f"signal {signal.SIGKILL}"),
        ("input(); raise SystemExit(3)", DecodeError, "exit code 3"),
        ("input(); print('{\"resu', end='')", DecodeError, "exit code"),
        ("input(); import time; time.sleep(60)", LimitError, "took over 1 s"),
    ],
)
def test_the_end_of_the_process_is_a_sentence(
    script: str,
    error: type[Exception],
    words: str,
    portrait: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as fake:
        fake.setattr(decoding, "VIEW_S", 1.0)
        fake.setattr(workers, "our_command", lambda *_: [sys.executable, "-c", script])
        with pytest.raises(error, match=words):
            open_picture(portrait, 50)
    assert open_picture(portrait, 50).shape == (50, 50, 3)


def test_filters_are_compared_as_in_this_process(analysed: Analysed) -> None:
    span = {"start_s": 0.5, "end_s": 0.7}
    given = (analysed.clip, analysed.result(".parquet"), 1, AnalysisOptions())
    told: list[float] = []
    there = decoding.compare_filters_apart(*given, **span, tell=told.append)
    here = compare_filters(*given, **span)
    assert there.keys() == here.keys()
    for name, course in here.items():
        assert np.array_equal(there[name].time_s, course.time_s)
        np.testing.assert_allclose(there[name].probs, course.probs, atol=1e-5)
        assert there[name].labels == course.labels
    assert told
