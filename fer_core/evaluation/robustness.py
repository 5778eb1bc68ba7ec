"""Changes that a camera, a detector or a network makes to a face, one at a time.

Lengths are given for faces of 48x48 and scale with the side. Where a change has a direction, the
rows take turns, so that one figure covers all of them and comes out the same each time.
"""

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np

from fer_core.datasets.faceset import FACE_SIZE
from fer_core.types import ImageArray

_DIRECTIONS: Final = ((1, 0), (0, 1), (-1, 0), (0, -1))


def _warp(
    image: ImageArray, matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> ImageArray:
    height, width = image.shape
    warped = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def shift(image: ImageArray, row: int, pixels: float) -> ImageArray:
    """Moved right, down, left or up in turn; the border is repeated."""
    x, y = _DIRECTIONS[row % 4]
    by = round(pixels * image.shape[0] / FACE_SIZE)
    return _warp(image, np.array([[1.0, 0.0, x * by], [0.0, 1.0, y * by]]))


def scale(image: ImageArray, factor: float) -> ImageArray:
    """Larger (> 1) or smaller about the centre."""
    return _warp(image, cv2.getRotationMatrix2D(_center(image), 0, factor))


def rotate(image: ImageArray, row: int, degrees: float) -> ImageArray:
    """Turned left and right in turn about the centre."""
    angle = degrees if row % 2 == 0 else -degrees
    return _warp(image, cv2.getRotationMatrix2D(_center(image), angle, 1.0))


def blur(image: ImageArray, sigma: float) -> ImageArray:
    """(h, w) uint8 under a Gaussian whose sigma is in pixels of a 48x48 face."""
    sigma = sigma * image.shape[0] / FACE_SIZE
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def darken(image: ImageArray, factor: float) -> ImageArray:
    """Brightness times ``factor``, rounded to whole grey levels."""
    return np.asarray(np.clip(np.rint(image * factor), 0, 255), np.uint8)


def compress(image: ImageArray, quality: int) -> ImageArray:
    """(h, w) uint8 as JPEG of this quality (1 to 100) gives it back."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _center(image: ImageArray) -> tuple[float, float]:
    return (image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2


#: Name of the figure -> what is done to a face (48, 48) uint8 of a row.
PERTURBATIONS: Final[Mapping[str, Callable[[ImageArray, int], ImageArray]]] = {
    "shift_5px": lambda image, row: shift(image, row, 5),
    "scale_0.85": lambda image, _: scale(image, 0.85),
    "scale_1.15": lambda image, _: scale(image, 1.15),
    "rotation_15deg": lambda image, row: rotate(image, row, 15),
    "blur_sigma_1": lambda image, _: blur(image, 1),
    "brightness_0.4": lambda image, _: darken(image, 0.4),
    "jpeg_30": lambda image, _: compress(image, 30),
}


def perturb(faces: ImageArray, name: str) -> ImageArray:
    """Faces (N, s, s) uint8 with one of ``PERTURBATIONS`` done to each; the input stays."""
    change = PERTURBATIONS[name]
    changed = np.empty_like(faces)
    for row, image in enumerate(faces):
        changed[row] = change(image, row)
    return changed
