"""The original sound for a copy whose pictures were drawn anew."""

import heapq
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av

from fer_core.video.reader import FORMATS

#: Codecs that MP4 players know, copied as they are; anything else becomes AAC.
_COPIED: Final = frozenset(("aac", "mp3", "ac3", "eac3", "alac"))


def add_sound(pictures: Path, source: str | Path, target: Path, *, start_s: float = 0.0) -> bool:
    """Write ``target``: the video of ``pictures`` with the first sound track of ``source``.

    Args:
        pictures: an MP4 without sound, whose time 0 is the source's ``start_s``.
        source: the original file.
        target: the MP4 to write.
        start_s: the first frame's time in the source; sound before it is left out.

    Returns:
        Whether there is sound; without any, or with one that cannot be read, ``target`` holds
        the pictures alone.
    """
    try:
        if _merge(pictures, source, target, start_s):
            return True
    except (av.FFmpegError, ValueError, OverflowError):  # damage in the sound, odd parameters
        pass
    pictures.replace(target)
    return False


def _merge(pictures: Path, source: str | Path, target: Path, start_s: float) -> bool:
    options = {"format_whitelist": FORMATS}
    with (
        Path(source).open("rb") as file,
        av.open(file, "r", container_options=options, metadata_errors="replace") as heard,
        av.open(str(pictures)) as seen,
    ):
        sounds = [s for s in heard.streams.audio if s.codec_context is not None]
        if not sounds:
            return False
        with av.open(str(target), "w", format="mp4") as out:
            video = out.add_stream_from_template(seen.streams.video[0])
            audio = _copied(heard, sounds[0], out, start_s)
            if audio is None:
                audio = _converted(heard, sounds[0], out, start_s)
            shown = ((at, 0, p) for at, p in _picture_packets(seen, video))
            for _, _, packet in heapq.merge(shown, audio, key=lambda entry: entry[:2]):
                out.mux(packet)
    return True


_Packets = Iterator[tuple[float, int, av.Packet]]


def _picture_packets(
    seen: av.container.InputContainer, video: av.VideoStream
) -> Iterator[tuple[float, av.Packet]]:
    for packet in seen.demux(video=0):
        if packet.dts is not None and packet.time_base is not None:
            at_s = float(packet.dts * packet.time_base)
            packet.stream = video
            yield at_s, packet


def _copied(
    heard: av.container.InputContainer,
    sound: av.AudioStream,
    out: av.container.OutputContainer,
    start_s: float,
) -> _Packets | None:
    """Packets as they are; None where the codec has to be converted."""
    if sound.codec_context.name not in _COPIED:
        return None
    target = out.add_stream_from_template(sound)

    def packets() -> _Packets:
        for packet in heard.demux(sound):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            shift = round(start_s / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            if packet.dts >= 0:
                packet.stream = target
                yield float(packet.dts * packet.time_base), 1, packet

    return packets()


def _converted(
    heard: av.container.InputContainer,
    sound: av.AudioStream,
    out: av.container.OutputContainer,
    start_s: float,
) -> _Packets:
    rate = sound.codec_context.sample_rate or 48_000
    rate = rate if rate in (16_000, 22_050, 24_000, 32_000, 44_100, 48_000) else 48_000
    layout = "mono" if sound.codec_context.channels == 1 else "stereo"
    target = out.add_stream("aac", rate=rate, layout=layout)
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)

    def packets() -> _Packets:
        first_pts: int | None = None
        written = 0
        for frame in heard.decode(sound):
            if frame.time is not None and frame.time < start_s:
                continue
            if first_pts is None:
                first_pts = round(((frame.time or start_s) - start_s) * rate)
            frame.pts = None
            for part in resampler.resample(frame):
                part.pts, part.time_base = first_pts + written, Fraction(1, rate)
                written += part.samples
                yield from encoded(part)
        yield from encoded(None)

    def encoded(frame: av.AudioFrame | None) -> _Packets:
        for packet in target.encode(frame):
            yield float((packet.dts or 0) * packet.time_base), 1, packet

    return packets()
