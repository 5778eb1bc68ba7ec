"""What a player does between the decoder and the screen, as filters of FFmpeg.

Pixels that are not square are made square, fields of interlaced video are told apart, the display
matrix of the track is applied, high dynamic range becomes the standard one, and frames whose size
changes inside a file are fitted into the first one's, with black bars.
"""

import struct
import tempfile
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Final

import av
import av.filter
import numpy as np
from av.sidedata.sidedata import Type
from numpy.typing import NDArray

from fer_core.video.parts import Aperture

#: Filter and its arguments.
Part = tuple[str, str]

_TIME_BASE: Final = Fraction(1, 90_000)
#: Signs (a, b, c, d) of x' = a x + c y, y' = b x + d y -> what does the same to a picture.
#: ISO/IEC 14496-12, section 8.3.2; a negative determinant is a reflection.
_TURNS: Final[dict[tuple[int, int, int, int], tuple[Part, ...]]] = {
    (1, 0, 0, 1): (),
    (-1, 0, 0, 1): (("hflip", ""),),
    (1, 0, 0, -1): (("vflip", ""),),
    (-1, 0, 0, -1): (("hflip", ""), ("vflip", "")),
    (0, 1, -1, 0): (("transpose", "clock"),),
    (0, -1, 1, 0): (("transpose", "cclock"),),
    (0, 1, 1, 0): (("transpose", "cclock_flip"),),
    (0, -1, -1, 0): (("transpose", "clock_flip"),),
}
#: Quarter turns to the left that somebody asks for -> the same.
_QUARTERS: Final[dict[int, tuple[Part, ...]]] = {
    0: (),
    1: (("transpose", "cclock"),),
    2: (("hflip", ""), ("vflip", "")),
    3: (("transpose", "clock"),),
}
#: Pixels wider or narrower than this are a mistake in the file.
_MOST_STRETCH: Final = 4.0
#: FFmpeg's numbers of the transfer curves of SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG).
_PQ, _HLG = 16, 18
#: Points on each side of the table of colours: PQ's curve needs that many.
_GRID: Final = 65


def shown_size(width: int, height: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """(width, height) with square pixels; the height stays, and the width is even."""
    if pixel_aspect is None or pixel_aspect == 1 or pixel_aspect <= 0:
        return width, height
    if not 1 / _MOST_STRETCH <= pixel_aspect <= _MOST_STRETCH:
        return width, height
    return max(2, 2 * round(width * pixel_aspect / 2)), height


def turn_of(frame: av.VideoFrame) -> tuple[Part, ...]:
    """The filters for the display matrix; of a turn by another angle, for the nearest."""
    for data in frame.side_data:
        if data.type == Type.DISPLAYMATRIX and len(bytes(data)) >= 36:
            a, b, _, c, d = struct.unpack("<5i", bytes(data)[:20])
            return max(
                _TURNS.items(), key=lambda item: float(np.dot(item[0], np.array([a, b, c, d])))
            )[1]
    return ()


def display_parts(
    frame: av.VideoFrame,
    pixel_aspect: Fraction | None,
    fit: tuple[int, int] | None,
    turns: int = 0,
    part: Aperture | None = None,
) -> tuple[Part, ...]:
    """All that a player does with a frame; empty where it is shown as it is.

    Args:
        frame: as decoded.
        pixel_aspect: width of a pixel over its height.
        fit: (width, height) of the file's first frame as it was shown.
        turns: quarter turns to the left, 0 to 3, besides what the file says.
        part: of the picture that is shown; None for all.
    """
    parts: list[Part] = []
    whole = frame.width, frame.height
    if part is not None and part[0] + part[2] <= whole[0] and part[1] + part[3] <= whole[1]:
        whole = part[2:]
        parts.append(("crop", f"{whole[0]}:{whole[1]}:{part[0]}:{part[1]}:exact=1"))
    size = shown_size(*whole, pixel_aspect)
    if frame.interlaced_frame and frame.height >= 4:
        # Both fields woven together give every moving face a comb: one field is a whole picture.
        parts += [("field", "type=top"), ("scale", f"{size[0]}:{size[1]}:flags=bicubic")]
    elif size != whole:
        parts.append(("scale", f"{size[0]}:{size[1]}:flags=area"))
    if frame.color_trc in (_PQ, _HLG):
        parts += _to_standard_range(int(frame.color_trc))
    turn = turn_of(frame) + _QUARTERS[turns]
    parts += turn
    if sum(name == "transpose" for name, _ in turn) % 2:
        size = size[::-1]
    if fit is not None and size != fit:
        w, h = fit
        parts.append(("scale", f"{w}:{h}:force_original_aspect_ratio=decrease:flags=area"))
        parts.append(("pad", f"{w}:{h}:(ow-iw)/2:(oh-ih)/2"))
    return tuple(parts)


def _to_standard_range(transfer: int) -> list[Part]:
    return [
        ("scale", "in_color_matrix=bt2020:out_range=pc"),
        ("format", "gbrp16le"),
        ("lut3d", f"file={_colour_table(transfer)}:interp=tetrahedral"),
        ("scale", "out_color_matrix=bt709:out_range=tv"),
        ("format", "yuv420p"),
        ("setparams", "range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"),
    ]


def standard_colours(signal: NDArray[np.float64], transfer: int) -> NDArray[np.float64]:
    """RGB of BT.2020 with the PQ or HLG curve -> RGB of BT.709 with sRGB's, all 0..1.

    Reference white, 203 cd/m2 and three quarters of HLG's signal (ITU-R BT.2408), becomes white,
    and what is brighter as well. Curves of ITU-R BT.2100; HLG is taken as light of the scene.

    Args:
        signal: (..., 3) float64.
        transfer: FFmpeg's number of the curve.
    """
    if transfer == _PQ:
        power = np.clip(signal, 0, 1) ** (1 / 78.84375)
        ratio = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
        light = 10_000 / 203 * ratio ** (1 / 0.1593017578125)
    else:
        bright = (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
        light = np.where(signal <= 0.5, signal**2 / 3, bright) / 0.265
    # From BT.2020's primaries to BT.709's: ITU-R BT.2087, inverted.
    to_709 = np.array(
        [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
    )
    linear = np.clip(light @ to_709.T, 0, 1)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(curve, np.float64)


@lru_cache(maxsize=2)
def _colour_table(transfer: int) -> str:
    """The path of a table of colours for ``lut3d``; it goes with the process."""
    steps = np.linspace(0, 1, _GRID)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")  # red varies fastest
    signal = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    folder = Path(_folder().name)
    path = folder / f"{transfer}.cube"
    with path.open("w", encoding="ascii") as file:
        file.write(f"LUT_3D_SIZE {_GRID}\n")
        np.savetxt(file, standard_colours(signal, transfer), fmt="%.6f")
    return str(path)


@lru_cache(maxsize=1)
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="mien-colours-")


class Display:
    """A filter graph for frames of one size and format that are shown alike."""

    def __init__(self, parts: tuple[Part, ...], frame: av.VideoFrame) -> None:
        self._key = _key(parts, frame)
        self._graph = av.filter.Graph()
        nodes = [
            self._graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=frame.time_base or _TIME_BASE,
            )
        ]
        nodes += [self._graph.add(name, args or None) for name, args in parts]
        nodes.append(self._graph.add("buffersink"))
        self._graph.link_nodes(*nodes).configure()

    def fits(self, parts: tuple[Part, ...], frame: av.VideoFrame) -> bool:
        """Whether it is the one for this frame."""
        return self._key == _key(parts, frame)

    def apply(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame as it is shown."""
        self._graph.vpush(frame)
        return self._graph.vpull()


def _key(parts: tuple[Part, ...], frame: av.VideoFrame) -> tuple[object, ...]:
    return parts, frame.width, frame.height, frame.format.name
