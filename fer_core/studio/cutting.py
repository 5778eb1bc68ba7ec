"""The face of a frame, cut as a set keeps it, with what is known of it."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from fer_core.datasets.build import cut_face
from fer_core.datasets.duplicates import near_pairs
from fer_core.datasets.faceset import FACE_SIZE
from fer_core.imaging.crop import align_faces
from fer_core.studio.quality import Quality, measure_quality
from fer_core.text import mark
from fer_core.types import Faces, ImageArray

Detector = Literal["short", "haar"]

#: What a set may be cut with, and in words.
DETECTORS: Final[dict[Detector, str]] = {
    "short": mark("BlazeFace, aligned by the eyes, as the live page cuts"),
    "haar": mark("Haar cascade, the box as it is, as published systems cut"),
}


@dataclass(frozen=True, slots=True, eq=False)
class CutFace:
    """A face to keep.

    Attributes:
        image: (48, 48) uint8 luma.
        time_s: seconds since the take began.
        box: x1 y1 x2 y2, whole pixels of the frame.
        quality: of the face in its frame.
    """

    image: ImageArray
    time_s: float
    box: tuple[int, int, int, int]
    quality: Quality


def cut_frame(luma: ImageArray, faces: Faces, detector: Detector, time_s: float) -> CutFace | None:
    """The largest face of a frame (h, w) uint8; None without one, or with two people in view."""
    quality = measure_quality(luma, faces)
    if not quality.is_usable:
        return None
    row = int(faces.sizes.argmax())
    box = faces.boxes[row]
    if not np.isfinite(box).all():
        return None
    image = (
        cut_face(luma, box)
        if detector == "haar"
        else align_faces(luma, faces[row : row + 1], FACE_SIZE)[0]
    )
    x1, y1, x2, y2 = (round(float(v)) for v in box)
    return CutFace(image, time_s, (x1, y1, x2, y2), quality)


def drop_near(images: ImageArray, known: ImageArray) -> list[int]:
    """Rows of ``images`` (N, 48, 48) uint8 to keep: those unlike ``known`` and unlike each other.

    The first of several alike is kept. What counts as alike: ``datasets.duplicates``.
    """
    if not len(images):
        return []
    like_known = {int(row) for row, _ in near_pairs(images, known)} if len(known) else set()
    like: dict[int, set[int]] = {}
    for a, b in near_pairs(images, images):
        like.setdefault(int(b), set()).add(int(a))
    kept: list[int] = []
    for row in range(len(images)):
        if row not in like_known and not like.get(row, set()) & set(kept):
            kept.append(row)
    return kept
