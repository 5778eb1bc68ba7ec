"""Videos written, read back, turned, cut short and refused."""

import os
import subprocess
import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fer_core.errors import DecodeError, InputError, LimitError
from fer_core.types import ImageArray
from fer_core.video import VideoReader, VideoWriter

WIDTH, HEIGHT = 64, 48


def picture(step: int = 0, width: int = WIDTH, height: int = HEIGHT) -> ImageArray:
    """Blue that brightens with ``step``, and a red quarter at the upper left; BGR."""
    bgr = np.zeros((height, width, 3), np.uint8)
    bgr[:, :, 0] = 100 + 10 * step
    bgr[: height // 2, : width // 2] = (0, 0, 200)
    return bgr


def write(path: Path, pictures: Iterable[ImageArray], fps: float = 10.0) -> Path:
    pictures = list(pictures)
    height, width = pictures[0].shape[:2]
    with VideoWriter(path, width, height, fps=fps) as writer:
        for bgr in pictures:
            writer.write(bgr)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write(tmp_path / "clip.mp4", [picture(i) for i in range(12)])


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm", ".avi", ".mjpeg", ".y4m"])
def test_round_trip(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"clip{suffix}", [picture(i) for i in range(12)], fps=20)
    with VideoReader(path) as reader:
        frames = [(f.time_s, f.bgr(), f.luma().shape) for f in reader]
    assert len(frames) == 12
    if suffix != ".mjpeg":  # bare pictures one after the other: no container tells a rate
        np.testing.assert_allclose([t for t, _, _ in frames], np.arange(12) / 20, atol=0.002)
        assert reader.fps == pytest.approx(20, abs=0.5)
    for step, (_, bgr, luma_shape) in enumerate(frames):
        assert bgr.shape == (HEIGHT, WIDTH, 3)
        assert luma_shape == (HEIGHT, WIDTH)
        np.testing.assert_allclose(bgr[-4, -4], picture(step)[-4, -4], atol=20)
        np.testing.assert_allclose(bgr[4, 4], picture(step)[4, 4], atol=20)


def test_duration(clip: Path) -> None:
    with VideoReader(clip) as reader:
        assert reader.duration_s == pytest.approx(1.2, abs=0.11)


@pytest.mark.parametrize(("width", "height"), [(63, 47), (63, 48), (64, 47)])
@pytest.mark.parametrize("as_frame", [True, False])
def test_odd_sides_gain_a_pixel(width: int, height: int, as_frame: bool, tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    bgr = picture(width=width, height=height)
    with VideoWriter(path, width, height) as writer:
        writer.write(av.VideoFrame.from_ndarray(bgr, "bgr24") if as_frame else bgr)
    with VideoReader(path) as reader:
        (frame,) = list(reader)
    assert (frame.width, frame.height) == (width + width % 2, height + height % 2)


def test_times_of_their_own(tmp_path: Path) -> None:
    """Dropped frames leave gaps, and a start that is not zero is taken off."""
    times = [3.0, 3.1, 3.15, 3.9, 5.25]
    path = tmp_path / "gaps.mp4"
    with VideoWriter(path, WIDTH, HEIGHT) as writer:
        for step, time_s in enumerate(times):
            writer.write(picture(step), time_s)
    with VideoReader(path) as reader:
        read = [frame.time_s for frame in reader]
    np.testing.assert_allclose(read, np.array(times) - 3.0, atol=0.001)


#: Degrees counterclockwise -> (width, height) shown, and where (row, column) the red corner is.
TURNS = {
    0: ((WIDTH, HEIGHT), (2, 2)),
    90: ((HEIGHT, WIDTH), (-2, 2)),
    180: ((WIDTH, HEIGHT), (-2, -2)),
    -90: ((HEIGHT, WIDTH), (2, -2)),
}


@pytest.mark.parametrize("angle", TURNS)
def test_rotation_is_applied(angle: int, tmp_path: Path) -> None:
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.set_display_rotation(angle)
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(picture(), "bgr24")
            frame.pts, frame.time_base = index, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    size, corner = TURNS[angle]
    with VideoReader(path) as reader:
        frames = list(reader)
    assert len(frames) == 3
    for index, frame in enumerate(frames):
        assert (frame.width, frame.height) == size
        assert frame.time_s == pytest.approx(index / 10, abs=0.01)
        corners = {(r, c): frame.bgr()[r, c] for r in (2, -2) for c in (2, -2)}
        assert [place for place, p in corners.items() if p[2] > p[0]] == [corner]


def _cut(source: Path, target: Path, share: float) -> Path:
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * share)])
    return target


def test_cut_matroska_gives_the_frames_it_has(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (30, HEIGHT, WIDTH, 3), np.uint8)
    whole = write(tmp_path / "whole.mkv", noise)
    with VideoReader(_cut(whole, tmp_path / "cut.mkv", 0.6)) as reader:
        count = sum(1 for _ in reader)
    assert 5 <= count < 30


PLAYLIST = (
    b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"Dear diary,\n" * 40, "cannot be read as a video: received 480 bytes"),
        (b"\0\0\0\x20ftypisom", "cannot be read as a video"),
        (PLAYLIST, "cannot be read as a video"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "cannot be read as a video"),
    ],
)
def test_no_video_is_one_sentence(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "holiday.mp4"
    path.write_bytes(content)
    with pytest.raises(DecodeError) as caught:
        VideoReader(path)
    message = str(caught.value)
    assert words in message
    assert message.startswith(str(path))
    assert message.endswith(".")
    assert "\n" not in message


def test_mp4_without_its_end(clip: Path, tmp_path: Path) -> None:
    """An interrupted recording has no index: nothing of it can be read."""
    with pytest.raises(DecodeError, match="cannot be read as a video"):
        VideoReader(_cut(clip, tmp_path / "cut.mp4", 0.5))


def test_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(DecodeError, match="holds no video"):
        VideoReader(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [("missing.mp4", "does not exist"), ("folder", "is a folder"), ("pipe", "a device or pipe")],
)
def test_bad_paths(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DecodeError, match=words):
        VideoReader(tmp_path / name)


def test_pixel_limit(clip: Path) -> None:
    with VideoReader(clip, max_pixels=WIDTH * HEIGHT) as reader:
        assert sum(1 for _ in reader) == 12
    with pytest.raises(LimitError, match="64 x 48 = 3,072 pixels a frame"):
        VideoReader(clip, max_pixels=WIDTH * HEIGHT - 1)


def test_noise_in_the_middle_ends_in_frames_or_a_sentence(clip: Path, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    rng = np.random.default_rng(1)
    outcomes = set()
    for trial in range(20):
        damaged = bytearray(data)
        start = int(rng.integers(0, len(data) - 60))
        damaged[start : start + 60] = rng.bytes(60)
        path = tmp_path / f"{trial}.mp4"
        path.write_bytes(damaged)
        try:
            with VideoReader(path) as reader:
                outcomes.add(sum(1 for _ in reader) > 0)
        except InputError:
            outcomes.add("sentence")
    assert outcomes <= {True, "sentence"}


@pytest.mark.parametrize(
    ("name", "words"), [("clip.txt", "use one of .mp4"), ("no/such/clip.mp4", "cannot be written")]
)
def test_writer_refuses(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        VideoWriter(tmp_path / name, WIDTH, HEIGHT)


def test_writer_checks_size_and_time_and_removes_what_is_unfinished(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with pytest.raises(ValueError, match="must be"):
        write(path, [picture(), picture(width=10)])
    assert not path.exists()
    with VideoWriter(path, WIDTH, HEIGHT) as writer:
        writer.write(picture(), 1.0)
        with pytest.raises(ValueError, match="after the last"):
            writer.write(picture(), 1.0)


MEMORY = """
import resource, sys
from fer_core.video import VideoReader
with VideoReader(sys.argv[1], threads=1) as reader:
    for index, frame in enumerate(reader):
        if index == 10:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(index + 1, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early)
"""


def test_memory_does_not_grow(tmp_path: Path) -> None:
    """200 frames of 1280x720 are 276 MB as YUV; reading them adds less than 20 MB to the tenth."""
    path = write(
        tmp_path / "long.mp4",
        (picture(i % 10, 1280, 720) for i in range(200)),
    )
    result = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True
    )
    count, kib = map(int, result.stdout.split())
    assert count == 200
    assert kib < 20 * 1024
