"""Odd but real videos, the same ones for the same number."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.video.made import marked, set_matrix, spoil, write

#: Suffix, codec, pixel format, whether frames may stand at any time, options.
FORMATS: tuple[tuple[str, str, str, bool, dict[str, str]], ...] = (
    (".mp4", "libx264", "yuv420p", True, {"preset": "ultrafast", "g": "8", "bf": "0"}),
    (".mp4", "libx264", "yuv420p", True, {"preset": "veryfast", "g": "8", "bf": "2"}),
    (".mov", "libx264", "yuv444p", True, {"preset": "ultrafast", "g": "8"}),
    (".mkv", "libx264", "yuv420p", True, {"preset": "ultrafast", "g": "8"}),
    (".mkv", "libx265", "yuv420p10le", True, {"preset": "ultrafast", "x265-params": "log-level=0"}),
    (".mp4", "libx265", "yuv420p", True, {"preset": "ultrafast", "x265-params": "log-level=0"}),
    (".webm", "libvpx", "yuv420p", True, {"deadline": "realtime", "g": "8"}),
    (".webm", "libvpx-vp9", "yuv420p", True, {"deadline": "realtime", "cpu-used": "8"}),
    (".mkv", "ffv1", "yuv444p", True, {}),
    (".ts", "libx264", "yuv420p", True, {"preset": "ultrafast", "g": "8"}),
    (".mts", "libx264", "yuv420p", True, {"preset": "ultrafast", "g": "8"}),
    (".avi", "mpeg4", "yuv420p", False, {"g": "6"}),
    (".avi", "mjpeg", "yuvj420p", False, {}),
    (".mov", "mjpeg", "yuvj422p", False, {}),
    (".mp4", "mpeg4", "yuv420p", False, {"g": "6"}),
    (".mkv", "mpeg2video", "yuv420p", False, {"g": "6"}),
    (".flv", "flv1", "yuv420p", False, {"g": "6"}),
    (".asf", "wmv2", "yuv420p", False, {"g": "6"}),
)
#: Codecs whose damage FFmpeg can hide; the others lose the frame or the group.
SPOILABLE = (".mp4", ".mkv", ".webm", ".avi")


@dataclass(frozen=True)
class OddFile:
    """What was written: ``times_s`` of the pictures from the first on, None where it was spoilt."""

    path: Path
    name: str
    times_s: tuple[float, ...] | None
    step_s: float


def make_odd(number: int, folder: Path) -> OddFile:
    """File ``number`` of the corpus."""
    rng = np.random.default_rng([17, number])
    suffix, codec, pixels, is_free, options = FORMATS[number % len(FORMATS)]
    is_x265 = codec == "libx265"  # of tiny or few pictures it makes no file, or crashes later
    smallest = 64 if is_x265 else 16
    width, height = (int(v) * 2 for v in rng.integers(smallest, smallest + 48, 2))
    count = int(rng.choice([9, 24, 40] if is_x265 else [1, 2, 3, 9, 24, 40]))
    kind = str(rng.choice(["steady", "slow", "fast", "jitter", "gap"])) if is_free else "steady"
    times_s = _times(kind, count, rng) if is_free else None
    aspect = Fraction(*(int(v) for v in rng.choice([(1, 1), (16, 11), (8, 9), (4, 3)])))
    sound = (0.0, 0.4) if rng.random() < 0.2 and suffix in (".mp4", ".mkv", ".webm") else None
    path = folder / f"{number}{suffix}"
    pictures = [marked(step % 40, width, height) for step in range(count)]
    write(
        path,
        pictures,
        codec=codec,
        pixels=pixels,
        times_s=times_s,
        options=options,
        aspect=None if aspect == 1 else aspect,
        sound_s=sound,
    )
    turn = "upright"
    if suffix == ".mp4" and sound is None and rng.random() < 0.5:
        signs = [(-1, 0, 0, 1), (0, 1, -1, 0), (0, -1, -1, 0), (-1, 0, 0, -1)]
        chosen = signs[rng.integers(len(signs))]
        set_matrix(path, *chosen)
        turn = str(chosen)
    is_spoilt = count > 8 and suffix in SPOILABLE and rng.random() < 0.3
    if is_spoilt:
        spoil(path, float(rng.uniform(0.2, 0.9)), int(rng.choice([0, 255])))
    name = f"#{number} {codec}{suffix} {width}x{height} {count} {kind} {aspect} {turn}" + (
        " spoilt" if is_spoilt else ""
    )
    known = times_s if times_s is not None else [k / 25 for k in range(count)]
    step_s = min(np.diff(known)) if count > 1 else 1 / 25
    return OddFile(path, name, None if is_spoilt else tuple(known), float(step_s))


def _times(kind: str, count: int, rng: np.random.Generator) -> list[float]:
    """Seconds, at least 8 ms apart."""
    steps = {
        "steady": lambda: np.full(count, 1 / 25),
        "slow": lambda: np.full(count, float(rng.choice([1.0, 2.0, 0.4]))),
        "fast": lambda: np.full(count, 1 / float(rng.choice([60, 90, 120]))),
        "jitter": lambda: rng.uniform(0.01, 0.12, count),
        "gap": lambda: np.where(rng.random(count) < 0.1, 3.0, 0.04),
    }
    made: Callable[[], np.ndarray] = steps[kind]
    # Containers keep whole milliseconds at best.
    return [float(v) for v in np.round(np.concatenate([[0.0], np.cumsum(made())[:-1]]), 3)]


def decode_plainly(path: Path) -> list[float] | None:
    """Seconds of every frame that FFmpeg gives, packet by packet; None where it opens nothing."""
    times: list[float] = []
    try:
        source = av.open(str(path))
    except av.FFmpegError:  # such as a transport stream of one picture
        return None
    with source:
        stream = source.streams.video[0]
        for packet in source.demux(stream):
            try:
                times += [frame.time or 0.0 for frame in packet.decode()]
            except av.FFmpegError:
                continue
    return times
