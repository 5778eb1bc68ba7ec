"""Whether two pictures show the same: laid onto each other exactly, pixels and edges must agree.

The alignment is the affine one that maximises the correlation (ECC: Evangelidis and Psarakis
2008). Only the middle of the known picture is looked at: an altered copy lacks a border, and what
stands there instead, black, stretched or wrapped around, is no sign against it.
"""

from typing import Final

import cv2
import numpy as np

from fer_core.types import FloatArray, ImageArray

#: Border of the known picture that is not looked at, as a part of its side.
_BORDER: Final = 1 / 8
#: The alignment goes in bouts of rounds, since its steps overshoot; after each it is looked whether
#: the two agree. It is given up where the first bout stays below this correlation.
_BOUTS, _ROUNDS = 5, 8
_MIN_FIRST: Final = 0.8
#: Both are blurred by so many pixels of 48, since zooming blurs, before they are compared.
_BLUR: Final = 1.2
#: Correlation of the laid-over pixels, and of their edges. Of 583 pairs of FER-2013's splits above
#: both, the 44 with the weakest edges were looked at: each was one shot. Other people reach edges
#: of 0.84, other shots of one person 0.92.
_MIN_PIXELS: Final = 0.965
_MIN_EDGES: Final = 0.925
#: Part of the middle that two copies share at least, and by how much the alignment may scale.
_MIN_SHARED: Final = 0.8
_MOST_SCALE: Final = 1.5
_FLAGS: Final = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


def middle_of(picture: ImageArray) -> ImageArray:
    """The part that is looked at, of one or more pictures (..., side, side)."""
    border = round(picture.shape[-1] * _BORDER)
    return picture[..., border:-border, border:-border]


def is_same_picture(known: ImageArray, altered: ImageArray, way: FloatArray) -> bool:
    """Whether the two (side, side) uint8 show the same, laid over each other from ``way`` on.

    Args:
        way: (2, 3), about where a pixel of ``known`` lies in ``altered``.
    """
    mask = np.zeros_like(known)
    middle_of(mask)[:] = 255
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ROUNDS, 1e-4)
    exact = way.astype(np.float32)
    for bout in range(_BOUTS):
        try:
            alike, exact = cv2.findTransformECC(
                known, altered, exact, cv2.MOTION_AFFINE, stop, mask, 5
            )
        except cv2.error:  # it does not converge: two different pictures, or flat ones
            return False
        if bout == 0 and alike < _MIN_FIRST:
            return False
        if _agree(known, altered, exact):
            return True
    return False


def _agree(known: ImageArray, altered: ImageArray, way: FloatArray) -> bool:
    """Whether pixels and edges of the middle are the same, laid over each other by ``way``."""
    scales = np.linalg.svd(way[:, :2], compute_uv=False)
    if not 1 / _MOST_SCALE <= scales[1] <= scales[0] <= _MOST_SCALE:
        return False
    side, shape = known.shape[0], known.shape[::-1]
    whole = cv2.warpAffine(np.full_like(altered, 255), way, shape, flags=_FLAGS)
    shared = middle_of(cv2.erode(whole, np.ones((3, 3), np.uint8))) == 255
    if shared.mean() < _MIN_SHARED:
        return False
    laid = cv2.warpAffine(altered, way, shape, flags=_FLAGS, borderMode=cv2.BORDER_REPLICATE)
    a, b = (
        cv2.GaussianBlur(p.astype(np.float32), (0, 0), _BLUR * side / 48) for p in (known, laid)
    )
    if _correlation(*(middle_of(p)[shared] for p in (a, b))) < _MIN_PIXELS:
        return False
    edges = [p - cv2.GaussianBlur(p, (0, 0), side / 16) for p in (a, b)]
    return _correlation(*(middle_of(p)[shared] for p in edges)) >= _MIN_EDGES


def _correlation(a: FloatArray, b: FloatArray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / max(float(np.sqrt((a * a).sum() * (b * b).sum())), 1e-6))
