"""What a file is, by its first bytes: pictures and videos from anywhere, whatever their names."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

Kind = Literal["picture", "video", ""]

#: Suffixes of pictures, for files whose content tells nothing yet (empty, or not to be read).
PICTURE_SUFFIXES: Final = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".avif", ".avifs")
    + (".heic", ".heif", ".hif", ".heics", ".gif", ".bmp", ".dib", ".tif", ".tiff")
)
#: Suffixes of videos, of all containers that ``video.reader`` opens.
VIDEO_SUFFIXES: Final = frozenset(
    (".mp4", ".m4v", ".mov", ".qt", ".webm", ".mkv", ".mk3d", ".avi", ".divx", ".mpg", ".mpeg")
    + (".mpe", ".mpv", ".m1v", ".m2v", ".m2p", ".vob", ".mod", ".tod", ".ts", ".mts", ".m2ts")
    + (".m2t", ".trp", ".ogv", ".ogg", ".ogm", ".flv", ".f4v", ".wmv", ".asf", ".ismv", ".3gp")
    + (".3g2", ".mj2", ".mxf", ".dv", ".ivf", ".mjpeg", ".mjpg", ".y4m", ".264", ".h264", ".avc")
)
#: As many bytes tell what a file is.
HEAD_BYTES: Final = 4096

#: Brands of still pictures in boxes (ISO/IEC 23008-12, AVIF); those of films are other ones.
_STILL_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"miaf")
    + (b"avif", b"avis", b"jpeg")
)
_OTHER: Final = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"PAR1", "a Parquet table"),
    (b"ID3", "sound"),
    (b"fLaC", "sound"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
)


def _is_picture(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return head[8:12] in _STILL_BRANDS
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))
        or head.startswith((b"II*\0", b"MM\0*"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[:2] == b"BM" and head[6:10] == b"\0\0\0\0")
    )


def _is_video(head: bytes) -> bool:
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return head[8:12] not in (b"M4A ", b"M4B ")
    return (
        head.startswith((b"\x1aE\xdf\xa3", b"FLV\x01", b"DKIF", b"YUV4MPEG2"))
        or head.startswith((b"\0\0\1\xba", b"\0\0\1\xb3", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"))
        or head.startswith(b"\x06\x0e\x2b\x34\x02\x05\x01\x01")
        or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
        or (head[:4] == b"OggS" and any(n in head for n in (b"theora", b"video", b"OVP80")))
        or any(head[at : at + 189 : 188] == b"GG" for at in (0, 4))  # MPEG-TS
        or head[4:197:192] == b"GG"  # with a stamp before each packet, as camcorders write it
    )


def kind_of_head(head: bytes) -> Kind:
    """Picture, video, or empty for neither, by the first ``HEAD_BYTES`` of a file."""
    if _is_picture(head):
        return "picture"
    return "video" if _is_video(head) else ""


def read_head(path: str | Path) -> bytes:
    """The first bytes of a regular file; empty where there are none to be had."""
    try:
        if not Path(path).is_file():  # a pipe would wait for a writer
            return b""
        with Path(path).open("rb") as file:
            return file.read(HEAD_BYTES)
    except (OSError, ValueError):
        return b""


def kind_of_file(path: str | Path) -> Kind:
    """By the content, and by the suffix where that tells nothing; empty for neither.

    Bare JPEGs one after the other are told from one picture by their suffix alone.
    """
    suffix = Path(path).suffix.lower()
    if suffix in (".mjpeg", ".mjpg"):
        return "video"
    if found := kind_of_head(read_head(path)):
        return found
    if suffix in PICTURE_SUFFIXES:
        return "picture"
    return "video" if suffix in VIDEO_SUFFIXES else ""


def describe_head(head: bytes) -> str:
    """What a file that is no picture is, for a sentence: ``a video``, ``text``, ..."""
    if _is_video(head):
        return "a video"
    for begin, what in _OTHER:
        if head.startswith(begin):
            return what
    if head and not re.search(rb"[\0-\x08\x0e-\x1f]", head[:512]):
        return "text"
    return "in no format that is read here"


def left_out_text(where: str, names: Iterable[str], wanted: str) -> str:
    """A line about the files of a folder that were passed over; empty where there are none."""
    names = list(names)
    if not names:
        return ""
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    one = len(names) == 1
    return (
        f"{where}: {len(names):,} {'file was' if one else 'files were'} left out, no {wanted}: "
        f"{shown}."
    )
