"""Strangers' files opened in processes of their own: pictures, frames, lengths, filters.

A file that makes a decoder take memory, hang or crash costs its own view and nothing else: neither
the page nor the streams beside it. The processes are started when they are needed and end by
themselves when they are not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_core.analysis.compare import FilterCourse
from fer_core.analysis.decoders import Decoders
from fer_core.analysis.markup import Markup
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Outcome, Task
from fer_core.labels import NUM_EMOTIONS
from fer_core.types import ImageArray

#: Seconds to open one picture or frame; a slow machine takes some of them to start the process.
VIEW_S: Final = 30.0
#: To read a clip of a few minutes, or analyse 20 s of a video with every filter.
LONG_S: Final = 300.0
#: To make the results of a long video again, with a copy of it.
REWORK_S: Final = 1800.0


@dataclass(frozen=True, slots=True)
class FrameView:
    """A frame of a video, scaled down.

    Attributes:
        bgr: (h, w, 3) uint8 BGR.
        width, height: of the frame itself, in pixels.
        time_s: when it begins.
    """

    bgr: ImageArray
    width: int
    height: int
    time_s: float


@dataclass(frozen=True, slots=True)
class VideoMeasure:
    """What a video is: names of codec and pixel format as FFmpeg has them, length in s."""

    codec: str
    pixel_format: str
    length_s: float


def open_picture(path: str | Path, max_side: int) -> ImageArray:
    """A picture, upright, the longer side at most ``max_side``: (h, w, 3) uint8 BGR.

    Raises:
        FerError: it cannot be read, is too large, or takes too long.
    """
    result, content = _ask({"do": "picture", "file": str(path), "max_side": max_side}, VIEW_S)
    return _pixels(result, content)


def open_frame(path: str | Path, time_s: float, max_side: int, turns: int = 0) -> FrameView:
    """The frame of a video shown at a time; ``turns`` are the reader's.

    Raises:
        FerError: as ``open_picture``.
    """
    request = {"do": "frame", "file": str(path), "time_s": time_s, "max_side": max_side}
    result, content = _ask(request | {"turns": turns}, VIEW_S)
    bgr = _pixels(result, content)
    return FrameView(bgr, result["width"], result["height"], result["time_s"])


def measure_video(path: str | Path, most_s: float) -> VideoMeasure:
    """Codec and length of a video, counted from its frames; it is not read beyond ``most_s``.

    Raises:
        FerError: as ``open_picture``.
    """
    result, _ = _ask({"do": "measure", "file": str(path), "most_s": most_s}, LONG_S)
    return VideoMeasure(**result)


def compare_filters_apart(
    path: str | Path,
    table: Path,
    track_id: int,
    options: AnalysisOptions,
    *,
    start_s: float,
    end_s: float,
    tell: Callable[[float], None] = lambda _: None,
) -> dict[str, FilterCourse]:
    """``compare.compare_filters``, in a process of its own.

    Raises:
        FerError: as ``open_picture``.
    """
    request = {
        "do": "compare",
        "file": str(path),
        "table": str(table),
        "track_id": track_id,
        "options": options.to_dict(),
        "start_s": start_s,
        "end_s": end_s,
    }
    result, _ = _ask(request, LONG_S, tell)
    return {
        name: FilterCourse(
            np.array(one["time_s"]),
            np.array(one["probs"], np.float64).reshape(-1, NUM_EMOTIONS),
            tuple(one["labels"]),
        )
        for name, one in result.items()
    }


def rework_apart(task: Task, out: Path, markup: Markup) -> Outcome:
    """``rework.rework_video``, in a process of its own.

    Raises:
        FerError: as ``open_picture``; or the marks do not fit.
    """
    request = {
        "do": "rework",
        "file": task.file,
        "task": task.to_dict(),
        "out": str(out),
        "markup": markup.to_dict(),
    }
    result, _ = _ask(request, REWORK_S)
    return Outcome.from_dict(result)


def _pixels(result: dict[str, Any], content: bytes) -> ImageArray:
    return np.frombuffer(bytearray(content), np.uint8).reshape(result["shape"])


_decoders = Decoders()


def close_decoders() -> None:
    """End the processes that wait; the next request starts another."""
    _decoders.close()


def _ask(
    request: dict[str, Any], timeout_s: float, tell: Callable[[float], None] = lambda _: None
) -> tuple[dict[str, Any], bytes]:
    return _decoders.ask(request, timeout_s, tell)
