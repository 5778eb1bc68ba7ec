"""Frames of a video by their time: single ones for stills and for scrubbing, and short spans."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import chain
from pathlib import Path

import av

from fer_core.imaging.frame import VideoFrame
from fer_core.video.reader import VideoReader

#: Times are rounded on the way through files and widgets.
_CLOSE_S = 0.002


def read_frame(
    path: str | Path, time_s: float, *, max_pixels: int | None = None, turns: int = 0
) -> VideoFrame:
    """The frame shown at ``time_s``: the last that begins by then, the first for earlier times.

    Jumps to the key frame before it where the file has an index, and reads from the start else.
    ``turns`` are the reader's.

    Raises:
        DecodeError: missing, unreadable, or no video.
        LimitError: too many pixels.
    """
    found = _jump(path, time_s, max_pixels, turns) if time_s > 0 else None
    return _search(path, time_s, max_pixels, turns) if found is None else found


def _search(path: str | Path, time_s: float, max_pixels: int | None, turns: int) -> VideoFrame:
    last: VideoFrame | None = None
    with VideoReader(path, max_pixels=max_pixels, turns=turns) as reader:
        for frame in reader:
            if last is not None and frame.time_s > time_s + _CLOSE_S:
                break
            last = frame
    assert last is not None  # a reader without any frame has raised
    return last


def _jump(path: str | Path, time_s: float, max_pixels: int | None, turns: int) -> VideoFrame | None:
    """The same by an index; None where that is not possible."""
    with VideoReader(path, max_pixels=max_pixels, turns=turns) as reader:
        next(iter(reader))
        try:
            return reader.jump(time_s + _CLOSE_S)
        except av.FFmpegError:
            return None


def read_span(
    path: str | Path,
    start_s: float,
    end_s: float,
    *,
    max_pixels: int | None = None,
    turns: int = 0,
) -> Iterator[VideoFrame]:
    """The frames that begin from ``start_s`` to ``end_s``, in their order.

    Jumps as ``read_frame`` does; ends early where a file is damaged behind the place it jumped to.

    Raises:
        DecodeError: missing, unreadable, or no video.
        LimitError: too many pixels.
    """
    with ExitStack() as opened:
        frames = _since(opened, path, start_s, max_pixels, turns) if start_s > 0 else None
        if frames is None:
            reader = VideoReader(path, max_pixels=max_pixels, turns=turns)
            frames = iter(opened.enter_context(reader))
        with suppress(av.FFmpegError):
            for frame in frames:
                if frame.time_s > end_s + _CLOSE_S:
                    return
                if frame.time_s >= start_s - _CLOSE_S:
                    yield frame


def _since(
    opened: ExitStack, path: str | Path, start_s: float, max_pixels: int | None, turns: int
) -> Iterator[VideoFrame] | None:
    """Frames from before ``start_s`` on; None where the file cannot be searched."""
    reader = opened.enter_context(VideoReader(path, max_pixels=max_pixels, turns=turns))
    next(iter(reader))
    frames = reader.since(start_s)
    try:
        first = next(frames)
    except (av.FFmpegError, StopIteration):
        return None
    return chain([first], frames) if first.time_s <= start_s + _CLOSE_S else None
