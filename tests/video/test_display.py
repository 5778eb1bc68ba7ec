"""Pictures as players show them: matrices, pixels that are not square, fields, colours."""

import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fer_core.imaging.draw import annotate
from fer_core.video import VideoReader, VideoWriter
from fer_core.video.aperture import read_aperture
from fer_core.video.display import standard_colours
from tests.video.made import HEIGHT, WIDTH, corners, marked, set_aperture, set_matrix, write

#: Display matrix (a, b, c, d) -> what stands in the corners once it is applied, and the size.
MATRICES = {
    (1, 0, 0, 1): ("rgbg", (WIDTH, HEIGHT)),
    (-1, 0, 0, 1): ("grgb", (WIDTH, HEIGHT)),
    (1, 0, 0, -1): ("bgrg", (WIDTH, HEIGHT)),
    (-1, 0, 0, -1): ("gbgr", (WIDTH, HEIGHT)),
    (0, 1, -1, 0): ("brgg", (HEIGHT, WIDTH)),
    (0, -1, 1, 0): ("ggrb", (HEIGHT, WIDTH)),
    (0, 1, 1, 0): ("rbgg", (HEIGHT, WIDTH)),
    (0, -1, -1, 0): ("ggbr", (HEIGHT, WIDTH)),
}


@pytest.mark.parametrize("matrix", MATRICES)
def test_every_display_matrix(matrix: tuple[int, int, int, int], tmp_path: Path) -> None:
    path = write(tmp_path / "turned.mp4", [marked(k) for k in range(3)])
    set_matrix(path, *matrix)
    want, size = MATRICES[matrix]
    with VideoReader(path) as reader:
        frames = list(reader)
    assert [(f.width, f.height) for f in frames] == [size] * 3
    assert [corners(f.bgr()) for f in frames] == [want] * 3
    for frame in frames:
        grey = cv2.cvtColor(frame.bgr(), cv2.COLOR_BGR2GRAY).astype(float)
        assert np.abs(frame.luma() * 0.86 - grey).mean() < 20, "what the classifier sees"
    again = annotate(frames[0].native, None)
    assert corners(again.to_ndarray(format="bgr24")) == want, "what is copied"


@pytest.mark.parametrize(
    ("name", "codec", "stored", "aspect"),
    [
        ("wide.mp4", "libx264", (54, HEIGHT), Fraction(16, 9)),
        ("wide.mkv", "libx264", (54, HEIGHT), Fraction(16, 9)),
        ("narrow.mp4", "libx264", (108, HEIGHT), Fraction(8, 9)),
        ("square.mp4", "libx264", (WIDTH, HEIGHT), Fraction(1)),
        ("mistaken.mp4", "libx264", (WIDTH, HEIGHT), Fraction(60)),
    ],
)
def test_pixels_are_made_square(
    name: str, codec: str, stored: tuple[int, int], aspect: Fraction, tmp_path: Path
) -> None:
    path = write(tmp_path / name, [marked(0, *stored)] * 3, codec=codec, aspect=aspect)
    with VideoReader(path) as reader:
        frames = list(reader)
    assert {(f.width, f.height) for f in frames} == {(WIDTH, HEIGHT)}
    assert {corners(f.bgr()) for f in frames} == {"rgbg"}


def test_one_field_of_interlaced_video(tmp_path: Path) -> None:
    """A bar that jumps between the two fields: woven together it would be a comb."""
    woven = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
    woven[0::2, 10:30] = 220
    woven[1::2, 50:70] = 220
    path = tmp_path / "fields.mpg"
    options = {"flags": "+ildct+ilme", "top": "1", "qmin": "1", "qmax": "2"}

    def prepare(context: av.VideoCodecContext) -> None:
        context.flags |= 0x40000 | 0x20000000  # interlaced coding

    frames = []
    for _ in range(3):
        frame = av.VideoFrame.from_ndarray(woven, "bgr24").reformat(format="yuv422p")
        frames.append(frame)
    write(path, frames, codec="mpeg2video", pixels="yuv422p", options=options, prepare=prepare)
    with av.open(str(path)) as raw:
        if not next(raw.decode(video=0)).interlaced_frame:
            pytest.skip("this build of the encoder marks no fields")
    with VideoReader(path) as reader:
        luma = next(iter(reader)).luma().astype(int)
    rows = np.abs(luma[8:-8:2, 5:75] - luma[9:-7:2, 5:75])
    assert rows.mean() < 12, "neighbouring rows show the same time"


def _pq_light(linear: np.ndarray) -> np.ndarray:
    y = (linear * 203 / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375)


@pytest.mark.parametrize("level", [0.0, 0.02, 0.2, 0.5, 1.0])
def test_grey_of_both_curves(level: float) -> None:
    """The formulas the other way round, as ITU-R BT.2100 has them: grey keeps its brightness."""
    shown = 12.92 * level if level <= 0.0031308 else 1.055 * level ** (1 / 2.4) - 0.055
    e = level * 0.265
    hlg = np.sqrt(3 * e) if e <= 1 / 12 else 0.17883277 * np.log(12 * e - 0.28466892) + 0.55991073
    for signal, transfer in ((_pq_light(np.array(level)), 16), (hlg, 18)):
        found = standard_colours(np.full((1, 3), float(signal)), transfer)
        np.testing.assert_allclose(found, shown, atol=0.006)


def test_high_dynamic_range_looks_like_the_standard_one(tmp_path: Path) -> None:
    """Half of reference white as PQ in BT.2020 is sRGB's 188, in the frame and in the copy."""
    signal = float(_pq_light(np.array(0.5)))
    y = round(64 + 876 * signal)
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p10le")
    for plane, value in zip(frame.planes, (y, 512, 512), strict=True):
        plane.update(np.full(plane.height * plane.line_size // 2, value, "<u2").tobytes())

    def prepare(context: av.VideoCodecContext) -> None:
        context.color_primaries, context.color_trc = 9, 16
        context.colorspace, context.color_range = 9, 1

    path = write(
        tmp_path / "hdr.mkv",
        [frame],
        codec="libx265",
        pixels="yuv420p10le",
        options={"x265-params": "log-level=none"},
        prepare=prepare,
    )
    with VideoReader(path) as reader:
        shown = next(iter(reader))
    np.testing.assert_allclose(shown.bgr()[5, 5], 188, atol=3)
    copy = tmp_path / "copy.mp4"
    with VideoWriter(copy, WIDTH, HEIGHT, colours=shown.native) as writer:
        writer.write(shown.native)
    with VideoReader(copy) as reader:
        again = next(iter(reader))
    np.testing.assert_allclose(again.bgr()[5, 5], 188, atol=3)
    assert (int(again.native.color_trc), int(again.native.colorspace)) == (1, 1)


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("full.webm", "libvpx-vp9", "yuv420p"),
        ("full.mp4", "libx264", "yuv420p"),  # as phones write it; read as yuvj420p
        ("full.avi", "mjpeg", "yuvj420p"),
        ("full.mov", "mjpeg", "yuvj422p"),
    ],
)
def test_full_range_keeps_its_contrast(name: str, codec: str, pixels: str, tmp_path: Path) -> None:
    bgr = np.full((HEIGHT, WIDTH, 3), 215, np.uint8)
    bgr[:, : WIDTH // 2] = 40
    frame = av.VideoFrame.from_ndarray(bgr, "bgr24")
    frame = frame.reformat(format=pixels, dst_color_range=2)
    frame.color_range = 2

    def prepare(context: av.VideoCodecContext) -> None:
        context.color_range = 2

    options = {"deadline": "realtime", "b": "500k"} if codec == "libvpx-vp9" else {}
    path = tmp_path / name
    write(path, [frame], codec=codec, pixels=pixels, options=options, prepare=prepare)
    with VideoReader(path) as reader:
        shown = next(iter(reader))
    copy = tmp_path / "copy.mp4"
    with VideoWriter(copy, WIDTH, HEIGHT, colours=shown.native) as writer:
        writer.write(shown.native)
    with VideoReader(copy) as reader:
        again = next(iter(reader))
    for found in (shown.bgr(), again.bgr()):
        np.testing.assert_allclose(found[30, [10, -10]], [[40] * 3, [215] * 3], atol=6)


@pytest.mark.parametrize("turns", [0, 1])
def test_the_part_of_the_picture_that_the_file_says(turns: int, tmp_path: Path) -> None:
    picture = np.zeros((96, 128, 3), np.uint8)
    picture[8:72, 32:112] = 200  # left 32, top 8, 80 x 64
    path = write(tmp_path / "clip.mp4", [picture] * 3)
    set_aperture(path, 80, 64, 8, -8)
    with VideoReader(path, turns=turns) as reader:
        shown = next(iter(reader)).bgr()
    assert shown.shape == ((64, 80, 3) if turns == 0 else (80, 64, 3))
    assert shown.min() > 150


@pytest.mark.parametrize(("of_second", "size"), [(False, (80, 64)), (True, (128, 96))])
def test_a_second_tracks_part_is_its_own(
    of_second: bool, size: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "two.mp4"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("libx264", rate=25) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.full((96, 128, 3), 90, np.uint8), "bgr24")
        for stream in streams:
            for packet in [*stream.encode(frame), *stream.encode()]:
                out.mux(packet)
    set_aperture(path, 80, 64, 8, -8, track=int(of_second))
    with VideoReader(path) as reader:
        shown = next(iter(reader))
    assert (shown.width, shown.height) == size


@pytest.mark.parametrize(("place", "part"), [(0, None), (1, (32, 0, 96, 96))])
def test_a_second_matroska_track_hides_its_own_borders(
    place: int, part: tuple[int, int, int, int] | None
) -> None:
    size = element(0xB0, b"\x80") + element(0xBA, b"\x60")
    entries = [
        element(0xAE, element(0x83, b"\x02")),
        element(0xAE, element(0xE0, size)),
        element(0xAE, element(0xE0, size + element(0x54CC, b"\x20"))),
    ]
    segment = element(0x18538067, element(0x1654AE6B, b"".join(entries)))
    file = io.BytesIO(element(0x1A45DFA3, element(0x4282, b"matroska")) + segment)
    file.seek(5)
    assert read_aperture(file, number=0, place=place) == part
    assert file.tell() == 5


@pytest.mark.parametrize("part", [(128, 96, 0, 0), (200, 96, 0, 0), (80, 64, 60, 0), (0, 64, 0, 0)])
def test_an_impossible_part_is_the_whole_picture(
    part: tuple[int, int, int, int], tmp_path: Path
) -> None:
    path = write(tmp_path / "clip.mp4", [np.full((96, 128, 3), 90, np.uint8)] * 3)
    set_aperture(path, *part)
    with VideoReader(path) as reader:
        assert next(iter(reader)).bgr().shape == (96, 128, 3)


def element(kind: int, body: bytes) -> bytes:
    return kind.to_bytes((kind.bit_length() + 7) // 8) + (len(body) | 1 << 56).to_bytes(8) + body


@pytest.mark.parametrize(
    ("crops", "part"),
    [
        ({0x54CC: 32, 0x54BB: 8, 0x54DD: 16, 0x54AA: 24}, (32, 8, 80, 64)),
        ({0x54CC: 120, 0x54DD: 16}, None),
        ({}, None),
    ],
)
def test_borders_that_matroska_hides(
    crops: dict[int, int], part: tuple[int, int, int, int] | None
) -> None:
    video = element(0xB0, b"\x80") + element(0xBA, b"\x60")
    video += b"".join(element(kind, bytes([value])) for kind, value in crops.items())
    sound = element(0xAE, element(0x83, b"\x02"))
    tracks = element(0x1654AE6B, sound + element(0xAE, element(0xE0, video)))
    segment = element(0x18538067, element(0xEC, b"void") + tracks)
    file = io.BytesIO(element(0x1A45DFA3, element(0x4282, b"matroska")) + segment)
    assert read_aperture(file, number=1, place=0) == part
    assert file.tell() == 0


def test_a_real_matroska_file_without_hidden_borders(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mkv", [np.full((96, 128, 3), 90, np.uint8)] * 3)
    with path.open("rb") as file:
        assert read_aperture(file, number=1, place=0) is None
    data = path.read_bytes()
    for end in range(0, min(len(data), 800), 7):  # a file that broke off ends no reader
        assert read_aperture(io.BytesIO(data[:end]), number=1, place=0) is None


@pytest.mark.parametrize(
    "head",
    [
        struct.pack(">I4sQ", 1, b"free", 2**64 - 20),
        struct.pack(">I4sQ", 1, b"free", 2**46),
        b"\x1a\x45\xdf\xa3\x01" + b"\xff" * 6 + b"\xf0",
    ],
    ids=["beyond a number", "beyond a file", "matroska"],
)
def test_a_damaged_length_hides_nothing(head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.bin"
    path.write_bytes(head + bytes(100))
    with path.open("rb") as file:
        assert read_aperture(file, number=1, place=0) is None
        assert file.tell() == 0
