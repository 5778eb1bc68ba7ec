"""Small faces: search a large picture in overlapping tiles on several scales.

A network finds no face below some share of its view, so the picture is laid out in square tiles
small enough that the smallest wanted face fills that share. Tiles overlap by half, so a face up
to half a tile wide is whole in one of them; the next scale has tiles twice as wide, and the last
one is the whole picture. What the tiles propose is looked at once more in a close-up and in its
mirror image: a face scores high in both, most chance hits do not, and box and keypoints of faces
that a tile cut come out right. Where that leaves a doubt, the other network is asked too: it was
trained on other faces, and sees none where the first was taken in by texture.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fer_core.detection.blazeface import VARIANTS, BlazeFaceDetector
from fer_core.detection.nms import SAME_FACE, keep_best, merge_weighted
from fer_core.errors import ConfigError
from fer_core.types import Faces, FloatArray, ImageArray

#: Share of a close-up's width that the face fills: where both networks find nearly every face.
_CLOSE_UP_SHARE: Final = 0.4
#: Proposals confirmed at most, the best first: bounds the time on a picture full of noise.
_MAX_PROPOSALS: Final = 400
#: A score from which on nobody else is asked, and what the other network must give below it. Of 39
#: chance hits above 0.5, on the portrait without its face in ten sizes, five reached 0.6 and none
#: 0.7; the other network gave each of the five less than 0.3, and 0.3 or more to 16 of 19 pasted
#: FER-2013 faces of 24 to 64 px in doubt.
_SURE: Final = 0.75
_SEEN_BY_OTHER: Final = 0.3
_OTHER: Final = {"short": "full", "full": "short"}
#: Boxes below this share of the smallest wanted face are dropped; a box is a bit less than a face.
_SMALLEST_SHARE: Final = 0.75


@dataclass(frozen=True, slots=True)
class Level:
    """One scale of the search.

    Attributes:
        scale: pixels of the level per pixel of the picture.
        width, height: of the scaled picture.
        lefts, tops: where tiles start, in pixels of the level.
    """

    scale: float
    width: int
    height: int
    lefts: tuple[int, ...]
    tops: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.lefts) * len(self.tops)


def _starts(length: int, tile: int) -> tuple[int, ...]:
    """Evenly spaced starts of tiles that cover 0..length and overlap by half or more."""
    if length <= tile:
        return (0,)
    count = math.ceil((length - tile) / (tile / 2)) + 1
    return tuple(round(i * (length - tile) / (count - 1)) for i in range(count))


def _levels(width: int, height: int, tile: int, side: float) -> list[Level]:
    levels = []
    while True:
        scale = tile / min(side, max(width, height))
        w, h = max(1, round(width * scale)), max(1, round(height * scale))
        levels.append(Level(scale, w, h, _starts(w, tile), _starts(h, tile)))
        if side >= max(width, height):
            return levels
        side *= 2


def plan_levels(
    width: int, height: int, *, tile: int, min_face_px: float, min_share: float, max_tiles: int
) -> list[Level]:
    """The scales to search, finest first; the last one is the whole picture in one tile.

    Args:
        width, height: of the picture in pixels.
        tile: the network's input size in pixels.
        min_face_px: the smallest face to find, in pixels of the picture.
        min_share: share of a tile that a face must fill to be found.
        max_tiles: the smallest face grows by steps of 10 % until no more tiles are needed.
    """
    side = min_face_px / min_share
    while True:
        levels = _levels(width, height, tile, side)
        if sum(len(level) for level in levels) <= max_tiles or len(levels) == 1:
            return levels
        side *= 1.1


class TiledDetector:
    """BlazeFace over tiles, for stills and rooms.

    The time grows with the picture: 139 tiles for 640x480, 456 for 1280x720, at most
    ``max_tiles``. Beyond that, with the default from about 7 megapixels, the smallest face found
    grows with the square root of the pixels: 32 px at 12 megapixels, 52 px at 35.

    Args:
        variant: a key of ``blazeface.VARIANTS``.
        min_score: a face is kept if close-up and mirrored close-up score this on average. 0.6
            kept 95 % of 79 pasted FER-2013 faces of 24 to 64 px and 8 of 216 false proposals.
        min_face_px: the smallest face to find, side of its box in pixels.
        max_tiles: the bound on tiles per picture, at least 1.

    Raises:
        ConfigError: an option is out of range.
        ModelError: the weights are missing or not the known ones.
    """

    max_side: int | None = None

    def __init__(
        self,
        variant: str = "short",
        min_score: float = 0.6,
        min_face_px: float = 24.0,
        max_tiles: int = 4000,
    ) -> None:
        if not min_face_px >= 8 or max_tiles < 1:
            raise ConfigError(
                "min_face_px must be at least 8 and max_tiles at least 1. "
                f"Received: {min_face_px} and {max_tiles}."
            )
        self._min_share = VARIANTS[variant].min_share
        self.min_score = min_score
        self.min_face_px = min_face_px
        self.max_tiles = max_tiles
        # A single view may be weak: the mean of two close-ups decides.
        self._detector = BlazeFaceDetector(variant, min(0.3, min_score))
        self._other = BlazeFaceDetector(_OTHER[variant], _SEEN_BY_OTHER / 3)

    def detect(self, bgr: ImageArray) -> Faces:
        """The faces of a BGR picture (h, w, 3) uint8 of any size, best score first."""
        proposals = self._merge(list(self._propose(bgr)))[:_MAX_PROPOSALS]
        found = self._merge([self._confirm(bgr, box) for box in proposals.boxes])
        # Well below the size asked for, what looks like a face is texture.
        found = found[found.sizes >= _SMALLEST_SHARE * self.min_face_px]
        return found[keep_best(found.boxes, found.scores, SAME_FACE)]

    def _propose(self, bgr: ImageArray) -> Iterator[Faces]:
        height, width = bgr.shape[:2]
        tile = self._detector.input_size
        for level in plan_levels(
            width,
            height,
            tile=tile,
            min_face_px=self.min_face_px,
            min_share=self._min_share,
            max_tiles=self.max_tiles,
        ):
            shrinks = level.scale < 1
            method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            scaled = cv2.resize(bgr, (level.width, level.height), interpolation=method)
            ratio = np.array([width / level.width, height / level.height], np.float32)
            for top in level.tops:
                for left in level.lefts:
                    faces = self._detector.detect(scaled[top : top + tile, left : left + tile])
                    if len(faces):
                        yield _moved(faces, np.array([left, top], np.float32), ratio)

    def _confirm(self, bgr: ImageArray, box: FloatArray) -> Faces:
        """The one face of a proposed box, seen in a close-up; none if it is not seen there."""
        height, width = bgr.shape[:2]
        center, size = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max())
        reach = size / _CLOSE_UP_SHARE / 2
        left, top = (max(0, math.floor(c - reach)) for c in center)
        right = min(width, math.ceil(center[0] + reach))
        bottom = min(height, math.ceil(center[1] + reach))
        if right <= left or bottom <= top:
            return Faces.empty()
        view = bgr[top:bottom, left:right]
        here = np.asarray(center - np.array([left, top]), np.float32)
        face, score = _seen_twice(self._detector, view, here, size)
        if score < self.min_score:
            return Faces.empty()
        if score < _SURE and _seen_twice(self._other, view, here, size)[1] < _SEEN_BY_OTHER:
            return Faces.empty()
        face = face.with_(scores=np.full(1, score, np.float32))
        return _moved(face, np.array([left, top], np.float32), np.ones(2, np.float32))

    @staticmethod
    def _merge(parts: list[Faces]) -> Faces:
        parts = [part for part in parts if len(part)]
        if not parts:
            return Faces.empty()
        boxes, scores, keypoints = merge_weighted(
            np.concatenate([p.boxes for p in parts]),
            np.concatenate([p.scores for p in parts]),
            np.concatenate([p.keypoints for p in parts]),
        )
        return Faces(boxes, scores, keypoints=keypoints)


def _seen_twice(
    detector: BlazeFaceDetector, view: ImageArray, center: FloatArray, size: float
) -> tuple[Faces, float]:
    """The face about ``center``, and its mean score in a view and its mirror image; else 0."""
    face = _nearest(detector.detect(view), center, size)
    mirrored = np.asarray([view.shape[1] - center[0], center[1]], np.float32)
    twin = _nearest(detector.detect(view[:, ::-1]), mirrored, size)
    if not len(face) or not len(twin):
        return face, 0.0
    return face, float(face.scores[0] + twin.scores[0]) / 2


def _nearest(faces: Faces, center: FloatArray, size: float) -> Faces:
    """The best face about ``center`` (2,) with about ``size`` pixels, or none."""
    offsets = np.abs((faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2 - center).max(axis=1)
    near = (offsets < size / 2) & (faces.sizes > size / 2) & (faces.sizes < size * 2)
    return faces[near][:1]


def _moved(faces: Faces, offset: FloatArray, ratio: FloatArray) -> Faces:
    """Coordinates of a view -> of the picture: ``(x + offset) * ratio``, both (2,)."""
    boxes = (faces.boxes + np.tile(offset, 2)) * np.tile(ratio, 2)
    return faces.with_(boxes=boxes, keypoints=(faces.keypoints + offset) * ratio)
