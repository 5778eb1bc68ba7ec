"""Face crops framed as the training faces are framed.

A classifier trained on FER-2013 expects faces where FER-2013 has them: the constants below say
where a detector's keypoints and boxes lie in FER-2013's own 48x48 frames. They are measured by
``bench/framing.py``; the figures and their spread are in ``docs/framing.md``.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.types import Faces, ImageArray

Float64Array = NDArray[np.float64]

#: By keypoints. The face's unit is hypot(eye to eye, eye centre to mouth): turning the head
#: shortens the first, nodding the second, and unlike a box it means the same for every detector.
SIDE_PER_UNIT: Final = 1.867
#: From the eye centre down the face to the crop's centre, in units.
DROP_PER_UNIT: Final = 0.197

#: By box alone, for Haar's boxes (other detectors give keypoints): crop side, and centre of the
#: crop below the centre of the box, in sides of the box.
SIDE_PER_BOX: Final = 1.027
DROP_PER_BOX: Final = -0.003

#: Eyes closer than this share of the box, or a mouth on them, are no measure of the face.
MIN_UNIT_PER_BOX: Final = 0.2


def crop_squares(faces: Faces) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Where the crops lie in the frame.

    By the keypoints where eyes and mouth are finite and plausible, by the box else.

    Returns:
        centers (N, 2) float64, x y in pixels; sides (N,) float64, in pixels; angles (N,)
        float64, radians, positive where the crop is turned clockwise on the screen. NaN where a
        face has neither a finite box nor finite keypoints.
    """
    boxes = faces.boxes.astype(np.float64)
    points = faces.keypoints.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        box_sides = (boxes[:, 2:] - boxes[:, :2]).mean(axis=1)
        centers = (boxes[:, :2] + boxes[:, 2:]) / 2
        centers[:, 1] += DROP_PER_BOX * box_sides
        sides = SIDE_PER_BOX * box_sides

        across = points[:, 1] - points[:, 0]
        eyes = (points[:, 0] + points[:, 1]) / 2
        spread = np.hypot(across[:, 0], across[:, 1])
        unit = np.hypot(spread, np.hypot(*(points[:, 3] - eyes).T))
        by_points = np.isfinite(unit) & (spread > 0)
        by_points &= ~(unit < MIN_UNIT_PER_BOX * box_sides)
        right = across / np.where(by_points, spread, 1)[:, None]
        down = np.stack([-right[:, 1], right[:, 0]], axis=1)
        by_eyes = eyes + (DROP_PER_UNIT * unit)[:, None] * down

    centers = np.where(by_points[:, None], by_eyes, centers)
    sides = np.where(by_points, SIDE_PER_UNIT * unit, sides)
    angles = np.where(by_points, np.arctan2(right[:, 1], right[:, 0]), 0.0)
    valid = np.isfinite(centers).all(axis=1) & np.isfinite(sides)
    centers[~valid], sides[~valid], angles[~valid] = np.nan, np.nan, np.nan
    return centers, sides, angles


def align_faces(luma: ImageArray, faces: Faces, size: int = 48) -> ImageArray:
    """Cut every face out, upright, framed as FER-2013 frames its faces.

    Outside the frame the border's pixels are repeated. A face without finite coordinates gives
    a grey crop, one without area the patch of a pixel: never an error.

    Args:
        luma: (H, W) uint8; only read.
        faces: N faces in pixels of ``luma``.
        size: of a crop in pixels.

    Returns:
        (N, size, size) uint8.

    Raises:
        ValueError: ``luma`` is no (H, W) uint8 picture, or ``size`` is below 1.
    """
    if luma.ndim != 2 or luma.dtype != np.uint8 or 0 in luma.shape or size < 1:
        raise ValueError(
            "align_faces needs luma (H, W) uint8 and a size of at least 1. "
            f"Received: {luma.shape} {luma.dtype} and {size}."
        )
    crops = np.full((len(faces), size, size), 128, np.uint8)
    for crop, center, side, angle in zip(crops, *crop_squares(faces), strict=True):
        if np.isfinite(side):
            crop[:] = _cut(luma, center, float(side), float(angle), size)
    return crops


def _within(value: float, least: float, most: float) -> float:
    """As ``np.clip``, which takes ten times as long for a number."""
    return min(max(value, least), most)


def _cut(
    luma: ImageArray, center: Float64Array, side: float, angle: float, size: int
) -> ImageArray:
    """One turned square of ``luma`` as (size, size).

    Bilinear sampling looks at four pixels only, so a large face is first halved as often as
    needed, then sampled at twice the size and averaged: no pixel is left out.
    """
    height, width = luma.shape
    # Beyond these a crop shows one colour anyway, and the arithmetic stays in range.
    side = _within(side, 1.0, 4.0 * max(width, height))
    margin = 2.0 * side
    # Coordinates count from the picture's edge, OpenCV's samples from the first pixel's centre.
    x = _within(float(center[0]), -margin, width + margin) - 0.5
    y = _within(float(center[1]), -margin, height + margin) - 0.5

    oversample = 2 if side > size else 1
    halvings = max(0, int(np.log2(side / (size * oversample))))
    reach = side / 2 * (abs(np.cos(angle)) + abs(np.sin(angle)))
    region, left, top, ratio = _shrink(luma, x, y, reach, halvings)
    x, y = (x - left + 0.5) * ratio[0] - 0.5, (y - top + 0.5) * ratio[1] - 0.5

    out = size * oversample
    step = side / out
    cos, sin = step * np.cos(angle), step * np.sin(angle)
    middle = (out - 1) / 2
    # From a crop's pixel to the region's (WARP_INVERSE_MAP): turn, scale, move.
    matrix = np.array([[cos, -sin, 0], [sin, cos, 0]])
    matrix *= ratio[:, None]
    matrix[:, 2] = np.array([x, y]) - matrix[:, :2] @ np.array([middle, middle])
    crop = cv2.warpAffine(
        region,
        matrix,
        (out, out),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if oversample > 1:
        crop = cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, np.uint8)


def _shrink(
    luma: ImageArray, x: float, y: float, reach: float, halvings: int
) -> tuple[ImageArray, int, int, Float64Array]:
    """The part of ``luma`` within ``reach`` of x, y, halved some times by area averaging.

    Halving by exactly two is a fast path of OpenCV; one larger step took ten times as long.

    Returns:
        The part, its left and top edge in ``luma``, and (2,) its pixels per pixel of ``luma``.
    """
    if halvings == 0:
        return luma, 0, 0, np.ones(2)
    factor = 2**halvings
    starts, lengths = [], []
    for position, limit in ((x, luma.shape[1]), (y, luma.shape[0])):
        start = int(_within(position - reach - 2 * factor, 0, limit - 1))
        end = int(_within(position + reach + 2 * factor, start + 1, limit))
        # Up to factor - 1 pixels go at the far edge, less than half a pixel of the crop.
        starts.append(start)
        lengths.append((end - start) // factor * factor or end - start)
    (left, top), (width, height) = starts, lengths
    part = luma[top : top + height, left : left + width]
    for _ in range(halvings):
        half = max(1, part.shape[1] // 2), max(1, part.shape[0] // 2)
        part = np.asarray(cv2.resize(part, half, interpolation=cv2.INTER_AREA), np.uint8)
    return part, left, top, np.array([part.shape[1] / width, part.shape[0] / height])
