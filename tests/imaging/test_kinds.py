"""What a file is, by its content, under whatever name."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_core.errors import DecodeError
from fer_core.imaging.decode import read_image, read_picture
from fer_core.imaging.kinds import kind_of_file
from tests.imaging.heic import heic_bytes
from tests.imaging.pictures import encoded, marked
from tests.video.made import corners, write
from tests.video.made import marked as frame

PICTURES = ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"]
#: container's suffix -> encoder
VIDEOS = {
    "mp4": "libx264",
    "mov": "libx264",
    "mkv": "libx264",
    "webm": "libvpx",
    "avi": "mpeg4",
    "ts": "libx264",
    "m2ts": "libx264",
    "mpg": "mpeg2video",
    "vob": "mpeg2video",
    "flv": "flv",
    "asf": "wmv2",
    "ivf": "libvpx",
    "3gp": "libx264",
    "mxf": "mpeg2video",
}


@pytest.mark.parametrize("format_", PICTURES)
@pytest.mark.parametrize("name", ["photo", "picture.jpg_large", "image.bin", "clip.mp4"])
def test_pictures(format_: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(encoded(marked(), format_))
    assert kind_of_file(path) == "picture"
    assert read_image(path).shape[2] == 3


@pytest.mark.parametrize("suffix", VIDEOS)
def test_videos(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"clip.{suffix}", [frame(k) for k in range(5)], codec=VIDEOS[suffix])
    bare = path.rename(tmp_path / "clip")
    assert kind_of_file(bare) == "video"
    assert kind_of_file(bare.rename(tmp_path / "clip.jpg")) == "video"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("notes.txt", b"Dear diary", ""),
        ("table.parquet", b"PAR1 and more", ""),
        ("empty.JPG", b"", "picture"),
        ("empty.MTS", b"", "video"),
        ("spoilt.png", b"\0" * 99, "picture"),
        ("frames.mjpeg", b"\xff\xd8\xff\xe0", "video"),
        ("song.m4a", b"\0\0\0\x20ftypM4A ", ""),
    ],
)
def test_the_rest(name: str, content: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert kind_of_file(tmp_path / name) == kind


@pytest.mark.parametrize("across", [1, 2])
@pytest.mark.parametrize(("turns", "want"), [(0, "rgbg"), (1, "ggrb"), (2, "gbgr"), (3, "brgg")])
def test_heic_is_read_whole_and_upright(across: int, turns: int, want: str, tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(heic_bytes(frame(0, 256, 128), across=across, turns=turns))
    assert kind_of_file(path) == "picture"
    bgr = read_image(path)
    assert bgr.shape[:2] == ((128, 256) if turns % 2 == 0 else (256, 128))
    assert corners(bgr) == want


def test_avif_is_read_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(Image.fromarray(frame(0, 64, 32)[..., ::-1]), "AVIF", exif=exif, quality=90)
    assert corners(read_image(data)) == "brgg"


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_more_than_one_picture_is_said(format_: str) -> None:
    frames = [Image.new("RGB", (32, 32), (9 * k, 20, 30)) for k in range(10)]
    more = {} if format_ == "TIFF" else {"duration": 100}
    data = encoded(frames[0], format_, save_all=True, append_images=frames[1:], **more)
    assert read_picture(data).note == "Only the first of 10 pictures was looked at."
    assert read_picture(encoded(frames[0], format_)).note == ""


@pytest.mark.parametrize(
    ("most", "step"), [(255, 1), (1023, 1023 / 255), (4095, 4095 / 255), (65535, 257)]
)
def test_few_bits_in_sixteen(most: int, step: float) -> None:
    """What a measuring camera of 8, 10 or 12 bits writes is not black."""
    values = np.linspace(0, most, 64 * 64).astype(np.uint16).reshape(64, 64)
    bgr = read_image(encoded(Image.fromarray(values), "PNG"))
    np.testing.assert_allclose(bgr[..., 0], values / step, atol=0.51)


def test_what_is_no_picture_is_named() -> None:
    for data, what in ((b"%PDF-1.7 ...", "a PDF document"), (b"Dear diary\n", "text")):
        with pytest.raises(DecodeError, match=f"bytes are {what}; use JPEG"):
            read_image(data)
