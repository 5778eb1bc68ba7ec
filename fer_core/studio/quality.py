"""How usable the face of a frame is, and what the person before the camera can do about it."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from fer_core.imaging.patch import box_pixels, mean_grey
from fer_core.text import mark
from fer_core.types import Faces, ImageArray

#: Mean grey level of the face's box below which it counts as dark.
DARK: Final = 55.0
#: The face's longer side in pixels below which it is far: a crop of 48 px shows no more then.
FAR_PX: Final = 72.0
#: Degrees of yaw or pitch from which a face is turned away.
TURNED_DEG: Final = 25.0
#: A second face counts from this share of the first one's size.
SECOND_SHARE: Final = 0.5

NO_FACE: Final = "no-face"
TWO_FACES: Final = "two-faces"
TOO_DARK: Final = "too-dark"
TOO_FAR: Final = "too-far"
TURNED: Final = "turned-away"

#: What to tell the person, most important first.
HINT_WORDS: Final[dict[str, str]] = {
    NO_FACE: mark("No face in view: look into the camera."),
    TWO_FACES: mark("Two faces in view: one person at a time."),
    TOO_DARK: mark("Too dark: put light on the face."),
    TOO_FAR: mark("Too far: come closer."),
    TURNED: mark("Turned away: face the camera."),
}
#: Hints with which a frame is not kept at all.
BLOCKING: Final = frozenset({NO_FACE, TWO_FACES})


@dataclass(frozen=True, slots=True)
class Quality:
    """How usable the largest face of a frame is.

    Attributes:
        score: 0..1, see ``measure_quality``.
        hints: what is wrong, in the order of ``HINT_WORDS``; empty where nothing is.
    """

    score: float
    hints: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Whether a picture may be kept."""
        return not BLOCKING & set(self.hints)


def measure_quality(luma: ImageArray, faces: Faces) -> Quality:
    """Quality of the largest face of a picture (h, w) uint8.

    The score is the product of three shares, each 0..1: mean grey level of the box over twice
    ``DARK``, the longer side over twice ``FAR_PX``, and the cosine of the larger of yaw and pitch
    where the mesh measured them; 0 where no picture may be kept. It is our own measure, to sort by
    and not to judge people.
    """
    if not len(faces):
        return Quality(0.0, (NO_FACE,))
    sizes = faces.sizes
    row = int(sizes.argmax())
    grey = mean_grey(box_pixels(luma, faces.boxes[row]))
    turned = float(np.nan_to_num(np.abs(faces.poses[row, :2])).max())
    found = {
        TWO_FACES: bool((np.delete(sizes, row) >= SECOND_SHARE * sizes[row]).any()),
        TOO_DARK: grey < DARK,
        TOO_FAR: float(sizes[row]) < FAR_PX,
        TURNED: turned > TURNED_DEG,
    }
    score = (
        min(1.0, grey / (2 * DARK))
        * min(1.0, float(sizes[row]) / (2 * FAR_PX))
        * max(0.0, math.cos(math.radians(turned)))
    )
    hints = tuple(name for name in HINT_WORDS if found.get(name))
    return Quality(0.0 if BLOCKING & set(hints) else round(float(score), 3), hints)
