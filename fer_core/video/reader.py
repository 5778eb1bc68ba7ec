"""Reading a video frame by frame: memory does not grow with its length.

Frames are as players show them (see ``display``), and time counts from where the file begins: its
first frame, unless that starts after the sound. Damage costs what is damaged. Files are handed to
FFmpeg as open files and only formats that hold their own pictures are tried: playlists, which name
other files and addresses, are refused.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import av

from fer_core.config import settings
from fer_core.errors import DecodeError, LimitError
from fer_core.files import open_input
from fer_core.imaging.decode import MAX_SIDE
from fer_core.imaging.frame import VideoFrame
from fer_core.imaging.kinds import VIDEO_SUFFIXES
from fer_core.text import printable_name
from fer_core.video.aperture import read_aperture
from fer_core.video.damage import Damage, in_order
from fer_core.video.display import Display, display_parts

#: FFmpeg's names of the containers that are read.
FORMATS: Final = (
    "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,ogg,flv,asf,ivf,h264,mjpeg,yuv4mpegpipe,mxf,dv"
)
FORMATS_TEXT: Final = "MP4, MOV, WebM, MKV, AVI, MPEG, OGG or FLV"
#: Suffixes by which videos are recognised where the content tells nothing.
SUFFIXES: Final = VIDEO_SUFFIXES

#: FFmpeg's limits are whole numbers of 32 bits.
_MOST_PIXELS: Final = 2**31 - 1
#: A first picture that starts by less after the file's start begins with it: decoders' delays.
_LATE_S: Final = 0.1
#: FFmpeg's names of containers in which packets lie one behind the other in order.
_IN_A_ROW: Final = ("matroska", "flv")
#: Breaks of a container that are passed over.
_MOST_BREAKS: Final = 100


class VideoReader:
    """The frames of a video file, once, in the order they are shown.

    ``for frame in reader`` gives ``VideoFrame``s whose ``time_s`` is 0 or more and never falls;
    each frame's memory is freed with it. A file that ends early gives the frames it has.

    Attributes:
        fps: frames per second, on average; None where the file does not tell.
        duration_s: length in seconds; None where the file does not tell.
        start_s: time 0 on the file's own clock, known once the first frame was read.
        missing_s: seconds by which the file ended before the length it tells, known at the end.

    Args:
        path: a file.
        max_pixels: width times height allowed; the setting FER_MAX_PIXELS where None.
        threads: of the decoder; 0 means as many as there are cores.
        turns: quarter turns to the left, 0 to 3, besides those that the file asks for.

    Raises:
        DecodeError: missing, unreadable, or no video.
        LimitError: too many pixels.
    """

    def __init__(
        self, path: str | Path, *, max_pixels: int | None = None, threads: int = 0, turns: int = 0
    ) -> None:
        self._turns = turns
        self._shown = printable_name(path)
        most = settings().max_pixels if max_pixels is None else max_pixels
        self._max_pixels = min(most, _MOST_PIXELS)
        self._container = self._open(path)
        try:
            self._stream = self._choose_stream()
            self._part = read_aperture(
                self._file,
                number=self._stream.id,
                place=self._container.streams.video.index(self._stream),
            )
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
        self.missing_s = 0.0
        self._damage = Damage(1 / self.fps if self.fps else 1 / 30)
        self._end_s = 0.0
        self._display: Display | None = None
        self._size: tuple[int, int] | None = None

    def _open(self, path: str | Path) -> av.container.InputContainer:
        self._file, size = open_input(path, "video")
        self._bytes = size
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
            begin, base = self._container.start_time, stream.time_base
            late_s = float((stream.start_time or 0) * base) - (begin or 0) / av.time_base
            return float(stream.duration * base) + (late_s if late_s > _LATE_S else 0.0)
        if self._container.duration:
            return float(self._container.duration / av.time_base)
        return None

    def __iter__(self) -> Iterator[VideoFrame]:
        """Decode; at most once per reader. What is damaged is left out: see ``lost``.

        Raises:
            DecodeError: a video without any frame that can be read.
        """
        count, last_s, step_s = 0, 0.0, self._damage.step_s
        for decoded in in_order(self._decode(), self._damage):
            self._check_size(decoded.width, decoded.height)
            # A frame without a timestamp follows the one before at the average rate.
            own_s = decoded.time if decoded.pts is not None else None
            if count == 0:
                self._begin(own_s or 0.0)
                last_s = max(0.0, (own_s or 0.0) - self.start_s)
                self._damage.account_begin(last_s, self.start_s)
            else:
                at_s = last_s + step_s if own_s is None else own_s - self.start_s
                self._damage.account(last_s, max(last_s, at_s), self.start_s)
                last_s = max(last_s, at_s)
            count += 1
            yield VideoFrame(self._upright(decoded), last_s)
        if count == 0:
            reason = self._damage.first_reason and f" ({self._damage.first_reason})"
            raise DecodeError(
                f"{self._shown} holds no frame that can be read{reason}; save or copy the video "
                "again."
            )
        self._finish(last_s)

    def _decode(self) -> Iterator[av.VideoFrame]:
        """All frames that can be had; damaged packets are noted and passed over."""
        for packet in self._packets():
            try:
                self._damage.give(packet, self.codec)
                for frame in packet.decode():
                    self._damage.get(frame)
                    yield frame
            except av.FFmpegError as error:
                stamp = packet.pts if packet.pts is not None else packet.dts
                known = stamp is not None and packet.time_base is not None
                self._damage.note(
                    float(stamp * packet.time_base) if known else None, _reason(error)
                )

    def _packets(self) -> Iterator[av.Packet]:
        """The video's packets; after damage in the container, from the next place that can be
        read."""
        others = [s for s in self._container.streams.audio if s.codec_context is not None][:1]
        is_row = self._container.format.name.startswith(_IN_A_ROW)
        is_row = is_row and len(others) + 1 == len(self._container.streams)
        for _ in range(_MOST_BREAKS):
            try:
                for packet in self._container.demux(self._stream, *others):
                    self._damage.watch(packet, is_row=is_row)
                    if packet.stream_index == self._stream.index:
                        yield packet
                    if packet.pts is not None and packet.time_base is not None:
                        end = packet.pts + (packet.duration or 0)
                        self._end_s = max(self._end_s, float(end * packet.time_base))
                return
            except av.FFmpegError as error:
                self._damage.note(self._end_s or None, _reason(error))

    def _begin(self, first_s: float) -> None:
        """Time counts from where the file begins: its pictures may start after its sound."""
        begin = self._container.start_time
        begin_s = first_s if begin is None else begin / av.time_base
        self.start_s = begin_s if first_s - begin_s > _LATE_S else first_s

    def _finish(self, last_s: float) -> None:
        """What is missing at the end."""
        end_s = max(last_s + self._damage.step_s, self._end_s - self.start_s)
        until_s = max(end_s, self.duration_s or 0.0) if self._stream.duration else end_s
        is_lost = self._damage.account_end(last_s, until_s, self.start_s)
        if is_lost or self.duration_s is None:
            return
        if not self._damage.account_missing(end_s, self.duration_s):
            self.missing_s = max(0.0, self.duration_s - end_s)

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
        aspect = self._stream.sample_aspect_ratio
        parts = display_parts(frame, aspect, self._size, self._turns, self._part)
        if parts:
            if self._display is None or not self._display.fits(parts, frame):
                self._display = Display(parts, frame)
            frame = self._display.apply(frame)
        self._size = self._size or (frame.width, frame.height)
        return frame

    @property
    def lost(self) -> list[tuple[float, float]]:
        """(from, to) in seconds of what damage has cost so far."""
        return self._damage.lost

    @property
    def damaged_s(self) -> list[float]:
        """The last frame before each damage, also where nothing was lost by it."""
        return self._damage.near_s

    @property
    def codec(self) -> str:
        """FFmpeg's name of the codec."""
        return str(self._stream.codec_context.codec.canonical_name)

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the pixel format; empty where it is not known yet."""
        return str(self._stream.codec_context.pix_fmt or "")

    @property
    def share(self) -> float:
        """How much of the file's bytes was read, 0..1."""
        return min(1.0, self._file.tell() / self._bytes)

    def close(self) -> None:
        """Free the decoder and the file; closing twice does no harm."""
        self._container.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _reason(error: av.FFmpegError) -> str:
    return " ".join((error.strerror or str(error)).split()).rstrip(".")
