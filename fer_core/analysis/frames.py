"""A row for every frame of a file, with the reason where no face in it can be used.

The reasons, in the order in which they are looked for:

=========== ================================================================================
undecodable damage in the file: nothing could be read
dark,       the face's mean grey level is below 15 or above 215 (0..255), or without a
bright      face the frame's below 40 or above 220
small       the face's longer side is under 24 pixels
blurred     sharpness (``imaging.patch``) below 0.015
turned      yaw or pitch beyond 45 degrees; where pose was measured
covered     ``landmarks.covering``; where it was measured
no_face     none was found, and none of the others says why
=========== ================================================================================

The limits for grey level, side and sharpness are where the default model begins to lose: on 1,200
faces of FER-2013's PublicTest it is right in 62.9 % as they are; 61.2 % at a mean of 11, 55.8 % at
5.5; 49.8 % at 211, 42.8 % at 221; 61.0 % shrunk to 24 pixels; and 47.8 % blurred over two of 48
pixels, which is a median sharpness of 0.018.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from fer_core.analysis.markup import MARK_COLUMNS
from fer_core.imaging.frame import Frame
from fer_core.imaging.patch import box_pixels, mean_grey, sharpness
from fer_core.landmarks.covering import COVERED
from fer_core.text import mark, percent
from fer_core.types import FloatArray, FrameResult

#: Reason -> what it is called in sentences.
REASONS: Final[dict[str, str]] = {
    "no_face": mark("no face found"),
    "dark": mark("too dark"),
    "bright": mark("too bright"),
    "blurred": mark("blurred"),
    "small": mark("too small"),
    "turned": mark("turned away"),
    "covered": mark("covered"),
    "undecodable": mark("could not be read"),
}
FRAME_COLUMNS: Final = (*("file", "frame", "time_s", "analysed", "faces", "reason", *MARK_COLUMNS),)

_DARK_FACE, _BRIGHT_FACE = 15.0, 215.0
_DARK_FRAME, _BRIGHT_FRAME = 40.0, 220.0
_SMALL_PX: Final = 24.0
_BLURRED: Final = 0.015
_TURNED_DEG: Final = 45.0
#: Of a frame without a face every so many pixels count: its light is all that is asked.
_STEP_PX: Final = 8


def face_reasons(frame: Frame, result: FrameResult) -> tuple[str, ...]:
    """Why each face cannot be used; an empty text for one that can."""
    faces = result.faces
    if not len(faces):
        return ()
    luma, sizes = frame.luma(), faces.sizes
    turned = np.nan_to_num(np.abs(faces.poses[:, :2])).max(axis=1)
    reasons = []
    for row in range(len(faces)):
        pixels = box_pixels(luma, faces.boxes[row])
        grey = mean_grey(pixels)
        if grey < _DARK_FACE:
            reasons.append("dark")
        elif grey > _BRIGHT_FACE:
            reasons.append("bright")
        elif sizes[row] < _SMALL_PX:
            reasons.append("small")
        elif sharpness(pixels) < _BLURRED:
            reasons.append("blurred")
        elif turned[row] > _TURNED_DEG:
            reasons.append("turned")
        else:
            reasons.append("covered" if faces.covers[row] >= COVERED else "")
    return tuple(reasons)


def empty_reason(frame: Frame) -> str:
    """Why a frame may show no face."""
    grey = mean_grey(np.ascontiguousarray(frame.luma()[::_STEP_PX, ::_STEP_PX]))
    if grey < _DARK_FRAME:
        return "dark"
    return "bright" if grey > _BRIGHT_FRAME else "no_face"


def frame_reason(sizes: FloatArray, reasons: tuple[str, ...], otherwise: str) -> str:
    """The reason of a frame: empty where one face can be used, else the largest face's.

    Args:
        sizes: (N,) of the faces.
        reasons: of each.
        otherwise: of a frame without a face.
    """
    if not reasons:
        return otherwise
    return "" if "" in reasons else reasons[int(np.argmax(sizes))]


@dataclass(slots=True)
class Coverage:
    """How much of the time a face could be used, and why not in the rest.

    A frame counts until the next analysed one; the last one for nothing, as everywhere.

    Attributes:
        usable_s: seconds with a face that can be used.
        reasons_s: reason -> seconds.
        frames: reason -> analysed frames, those that could not be read included; empty text: with
            a face that can be used.
    """

    usable_s: float = 0.0
    reasons_s: dict[str, float] = field(default_factory=dict)
    frames: Counter[str] = field(default_factory=Counter)
    _open: tuple[float, str] | None = None

    def add(self, time_s: float, reason: str) -> None:
        """Take in an analysed frame."""
        self.pause(time_s)
        self._open = (time_s, reason)
        self.frames[reason] += 1

    def pause(self, until_s: float) -> None:
        """The last frame counts until then, and what follows is not looked at."""
        if self._open is not None:
            since_s, reason = self._open
            self._count(reason, max(0.0, until_s - since_s))
        self._open = None

    def lose(self, begin_s: float, end_s: float, frames: int) -> None:
        """So many frames between two seconds could not be decoded: they count as a gap."""
        self.pause(begin_s)
        self._count("undecodable", end_s - begin_s)
        self.frames["undecodable"] += frames

    def _count(self, reason: str, seconds: float) -> None:
        if reason:
            self.reasons_s[reason] = self.reasons_s.get(reason, 0.0) + seconds
        else:
            self.usable_s += seconds

    @property
    def total_s(self) -> float:
        """Seconds that were looked at."""
        return self.usable_s + sum(self.reasons_s.values())

    @property
    def share(self) -> float | None:
        """Share of the time with a face that can be used, 0..1; None without any time."""
        return self.usable_s / self.total_s if self.total_s > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "usable": None if self.share is None else round(self.share, 4),
            "usable_s": round(self.usable_s, 4),
            "total_s": round(self.total_s, 4),
            "reasons_s": {name: round(self.reasons_s.get(name, 0.0), 4) for name in REASONS},
            "frames": {
                "usable": self.frames[""],
                **{name: self.frames[name] for name in REASONS},
            },
        }


def coverage_text(
    coverage: dict[str, Any],
    tr: Callable[[str], str] = str,
    percent: Callable[[float], str] = percent,
) -> str:
    """One sentence about ``Coverage.to_dict``; empty where there is no time.

    Args:
        coverage: its values.
        tr, percent: say texts and shares in another language.
    """
    total_s = coverage["total_s"]
    if not total_s or coverage["usable"] is None:
        return ""
    shares = {name: s / total_s for name, s in coverage["reasons_s"].items() if s > 0}
    most = sorted(shares.items(), key=lambda item: -item[1])
    rest = ", ".join(f"{tr(REASONS[name])} {percent(share)}" for name, share in most)
    text = (
        tr("A face can be used in {share} of the time; the rest: {rest}.")
        if rest
        else tr("A face can be used in {share} of the time.")
    )
    return text.format(share=percent(coverage["usable"]), rest=rest)
