"""Single frames by time, and the sound of annotated copies."""

from pathlib import Path

import av
import numpy as np
import pytest

from fer_core.video import VideoReader, VideoWriter, add_sound, read_frame, read_span


def shade(frame: int) -> np.ndarray:
    return np.full((48, 64, 3), 10 + 6 * frame, np.uint8)


def write(path: Path, frames: int = 36, fps: float = 10.0) -> Path:
    with VideoWriter(path, 64, 48, fps=fps) as writer:
        for index in range(frames):
            writer.write(shade(index))
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".avi", ".y4m"])
@pytest.mark.parametrize(
    ("time_s", "index"),
    [(-1.0, 0), (0.0, 0), (0.1, 1), (0.149, 1), (1.95, 19), (3.5, 35), (99.0, 35)],
)
def test_the_frame_shown_at_a_time(suffix: str, time_s: float, index: int, tmp_path: Path) -> None:
    frame = read_frame(write(tmp_path / f"clip{suffix}"), time_s)
    assert frame.time_s == pytest.approx(index / 10, abs=2e-3)
    assert frame.bgr()[24, 32, 1] == pytest.approx(shade(index)[0, 0, 1], abs=2.5)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".avi", ".y4m"])
@pytest.mark.parametrize(
    ("start_s", "end_s", "indices"),
    [
        (-1.0, 0.1, [0, 1]),
        (0.0, 0.25, [0, 1, 2]),
        (1.85, 2.1, [19, 20, 21]),
        (3.4, 99.0, [34, 35]),
        (50.0, 99.0, []),
    ],
)
def test_the_frames_of_a_span(
    suffix: str, start_s: float, end_s: float, indices: list[int], tmp_path: Path
) -> None:
    frames = list(read_span(write(tmp_path / f"clip{suffix}"), start_s, end_s))
    assert [round(10 * frame.time_s) for frame in frames] == indices
    shades = [frame.bgr()[24, 32, 1] for frame in frames]
    assert shades == pytest.approx([shade(index)[0, 0, 1] for index in indices], abs=2.5)


def test_times_count_from_the_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "late.mp4"
    with VideoWriter(path, 64, 48) as writer:
        for index in range(10):
            writer.write(shade(index), 5 + index)
    assert read_frame(path, 3.2).bgr()[24, 32, 1] == pytest.approx(shade(3)[0, 0, 1], abs=2.5)


def write_sound(path: Path, codec: str, seconds: float = 2.0) -> Path:
    """A track with one click a second in, and pictures."""
    rate = 48_000
    tone = np.zeros((1, int(rate * seconds)), np.float32)
    tone[0, rate : rate + 2000] = np.sin(np.arange(2000) * 0.3)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libvpx" if path.suffix == ".webm" else "libx264", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream(codec, rate=rate, layout="mono")
        for index in range(int(10 * seconds)):
            container.mux(video.encode(av.VideoFrame.from_ndarray(shade(index), "bgr24")))
        container.mux(video.encode(None))
        for start in range(0, tone.shape[1] - 959, 960):
            part = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(tone[:, start : start + 960]), "fltp", "mono"
            )
            part.sample_rate, part.pts = rate, start
            container.mux(audio.encode(part))
        container.mux(audio.encode(None))
    return path


def loudest_s(path: Path) -> float:
    with av.open(str(path)) as container:
        best = max(
            ((float(np.abs(f.to_ndarray()).max()), f.time) for f in container.decode(audio=0)),
            key=lambda entry: entry[0],
        )
    return float(best[1])


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "aac"), ("a.webm", "libopus")])
@pytest.mark.parametrize("start_s", [0.0, 0.5])
def test_sound_stays_with_the_pictures(
    name: str, codec: str, start_s: float, tmp_path: Path
) -> None:
    source = write_sound(tmp_path / name, codec)
    pictures = write(tmp_path / "pictures.mp4", frames=20)
    target = tmp_path / "out.mp4"
    assert add_sound(pictures, source, target, start_s=start_s)
    assert loudest_s(target) == pytest.approx(1 - start_s, abs=0.06)
    with VideoReader(target) as reader:
        assert sum(1 for _ in reader) == 20
    with av.open(str(target)) as container:
        assert container.streams.audio[0].codec_context.name == "aac"


def test_no_sound_gives_the_pictures(tmp_path: Path) -> None:
    source = write(tmp_path / "silent.mp4")
    pictures, target = write(tmp_path / "pictures.mp4", frames=5), tmp_path / "out.mp4"
    assert not add_sound(pictures, source, target)
    with VideoReader(target) as reader:
        assert sum(1 for _ in reader) == 5
