"""Reading a video frame by frame: memory does not grow with its length.

A container's rotation is applied, so that frames are upright as players show them, and time
counts from the first frame. Files are handed to FFmpeg as open files and only formats that
hold their own pictures are tried: playlists, which name other files and addresses, are refused.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final, Self

import av
import av.filter

from fer_core.config import settings
from fer_core.errors import DecodeError, LimitError
from fer_core.files import open_input, printable_name
from fer_core.imaging.decode import MAX_SIDE
from fer_core.imaging.frame import VideoFrame

#: FFmpeg's names of the containers that are read.
FORMATS: Final = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,ogg,flv,asf,ivf,h264,mjpeg,yuv4mpegpipe"
)
FORMATS_TEXT: Final = "MP4, MOV, WebM, MKV, AVI, MPEG, OGG or FLV"
#: Suffixes by which videos in a folder are recognised; the content decides on the format.
SUFFIXES: Final = frozenset(
    (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts")
    + (".ogv", ".ogg", ".flv", ".wmv", ".3gp", ".ivf", ".mjpeg", ".y4m")
)

#: Degrees counterclockwise that make a frame upright -> the filter that does it.
_TURNS: Final = {90: "transpose=cclock", -90: "transpose=clock", 180: "hflip,vflip"}
_TIME_BASE: Final = Fraction(1, 90_000)


class VideoReader:
    """The frames of a video file, once, in the order they are shown.

    ``for frame in reader`` gives ``VideoFrame``s whose ``time_s`` starts at 0 and never falls; each
    frame's memory is freed with it. A file that ends early gives the frames it has.

    Attributes:
        fps: frames per second, on average; None where the file does not tell.
        duration_s: length in seconds; None where the file does not tell.
        start_s: the first frame's own timestamp, known once it was read; sound counts from 0.

    Args:
        path: a file.
        max_pixels: width times height allowed; the setting FER_MAX_PIXELS where None.
        threads: of the decoder; 0 means as many as there are cores.

    Raises:
        DecodeError: missing, unreadable, or no video.
        LimitError: too many pixels.
    """

    def __init__(
        self, path: str | Path, *, max_pixels: int | None = None, threads: int = 0
    ) -> None:
        self._shown = printable_name(path)
        self._max_pixels = settings().max_pixels if max_pixels is None else max_pixels
        self._container = self._open(path)
        try:
            self._stream = self._choose_stream()
            context = self._stream.codec_context
            self._check_size(context.width, context.height)
            context.options = {"max_pixels": str(self._max_pixels)}
            context.thread_count = threads
            context.thread_type = "AUTO"
        except Exception:
            self.close()
            raise
        rate = self._stream.average_rate
        self.fps = float(rate) if rate else None
        self.duration_s = self._find_duration()
        self.start_s = 0.0
        self._turn: _Turn | None = None

    def _open(self, path: str | Path) -> av.container.InputContainer:
        self._file, size = open_input(path, "video")
        try:
            return av.open(
                self._file,
                "r",
                container_options={"format_whitelist": FORMATS},
                metadata_errors="replace",
            )
        except av.FFmpegError as error:
            self._file.close()
            raise DecodeError(
                f"{self._shown} cannot be read as a video: received {size:,} bytes "
                f"that are damaged or in another format ({_reason(error)}); use {FORMATS_TEXT}."
            ) from error

    def _choose_stream(self) -> av.VideoStream:
        for stream in self._container.streams.video:
            cover = av.stream.Disposition.attached_pic in stream.disposition
            if stream.codec_context is not None and not cover:
                return stream
        raise DecodeError(f"{self._shown} holds no video that can be decoded; use {FORMATS_TEXT}.")

    def _check_size(self, width: int, height: int) -> None:
        if not width or not height:
            raise DecodeError(f"{self._shown} does not tell its size; save the video again.")
        if width * height > self._max_pixels or max(width, height) > MAX_SIDE:
            raise LimitError(
                f"{self._shown} is too large: {width:,} x {height:,} = {width * height:,} pixels a "
                f"frame, where {self._max_pixels:,} and {MAX_SIDE:,} a side are allowed; scale it "
                "down or raise FER_MAX_PIXELS."
            )

    def _find_duration(self) -> float | None:
        stream = self._stream
        if stream.duration and stream.time_base:
            return float(stream.duration * stream.time_base)
        if self._container.duration:
            return float(self._container.duration / av.time_base)
        return None

    def __iter__(self) -> Iterator[VideoFrame]:
        """Decode; at most once per reader.

        Raises:
            DecodeError: damage that hides all further frames, or a video without any.
        """
        count, first_s, last_s = 0, 0.0, 0.0
        step_s = 1 / self.fps if self.fps else 1 / 30
        try:
            for decoded in self._container.decode(self._stream):
                self._check_size(decoded.width, decoded.height)
                # A frame without a timestamp follows the one before at the average rate.
                at_s = decoded.time if decoded.pts is not None else first_s + last_s + step_s
                if count == 0:
                    self.start_s = first_s = at_s
                last_s = max(last_s, at_s - first_s)
                count += 1
                yield VideoFrame(self._upright(decoded), last_s)
        except av.FFmpegError as error:
            raise DecodeError(
                f"{self._shown} is damaged after {last_s:.1f} s and {count} frames "
                f"({_reason(error)}); save or copy the video again."
            ) from error
        if count == 0:
            raise DecodeError(f"{self._shown} holds no frame; save or copy the video again.")

    def jump(self, time_s: float) -> VideoFrame | None:
        """The frame shown at ``time_s``, by the file's index; None where that cannot find it.

        Only after the first frame was read, since time counts from it; iteration ends with it.

        Raises:
            av.FFmpegError: the file cannot be searched.
        """
        stream, target_s = self._stream, self.start_s + time_s
        if stream.time_base is None:
            return None
        self._container.seek(int(target_s / stream.time_base), stream=stream, backward=True)
        found: av.VideoFrame | None = None
        for decoded in self._container.decode(stream):
            if decoded.pts is None or (found is None and decoded.time > target_s):
                return None
            if decoded.time > target_s:
                break
            found = decoded
        if found is None:
            return None
        self._check_size(found.width, found.height)
        return VideoFrame(self._upright(found), found.time - self.start_s)

    def since(self, time_s: float) -> Iterator[VideoFrame]:
        """The frames from the key frame at or before ``time_s`` on, by the file's index.

        Only after the first frame was read, since time counts from it; iteration ends with it.

        Raises:
            av.FFmpegError: the file cannot be searched, or is damaged from there on.
        """
        stream, target_s = self._stream, self.start_s + time_s
        if stream.time_base is None:
            return
        self._container.seek(int(target_s / stream.time_base), stream=stream, backward=True)
        for decoded in self._container.decode(stream):
            if decoded.pts is None:
                return
            self._check_size(decoded.width, decoded.height)
            yield VideoFrame(self._upright(decoded), decoded.time - self.start_s)

    def _upright(self, frame: av.VideoFrame) -> av.VideoFrame:
        angle = round(frame.rotation / 90) * 90
        chain = _TURNS.get(180 if abs(angle) == 180 else angle)
        if chain is None:
            return frame
        if self._turn is None or not self._turn.fits(chain, frame):
            self._turn = _Turn(chain, frame)
        return self._turn.apply(frame)

    def close(self) -> None:
        """Free the decoder and the file; closing twice does no harm."""
        self._container.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Turn:
    """A filter graph that turns frames of one size and format."""

    def __init__(self, chain: str, frame: av.VideoFrame) -> None:
        self._key = (chain, frame.width, frame.height, frame.format.name)
        self._graph = av.filter.Graph()
        nodes = [
            self._graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=frame.time_base or _TIME_BASE,
            )
        ]
        for part in chain.split(","):
            name, _, args = part.partition("=")
            nodes.append(self._graph.add(name, args or None))
        nodes.append(self._graph.add("buffersink"))
        self._graph.link_nodes(*nodes).configure()

    def fits(self, chain: str, frame: av.VideoFrame) -> bool:
        return self._key == (chain, frame.width, frame.height, frame.format.name)

    def apply(self, frame: av.VideoFrame) -> av.VideoFrame:
        self._graph.vpush(frame)
        return self._graph.vpull()


def _reason(error: av.FFmpegError) -> str:
    return " ".join((error.strerror or str(error)).split()).rstrip(".")
