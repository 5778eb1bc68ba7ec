"""Which detection belongs to which track."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Matrix = NDArray[np.float64]

#: A track is found again within so many face sizes of where it is expected: at once, more per
#: second out of sight, and at most. A walker at 1.5 m/s moves about 10 of his faces in a second.
GATE_NOW: Final = 0.5
GATE_PER_S: Final = 5.0
GATE_MOST: Final = 2.5
#: No face grows or shrinks by more than this factor while out of sight.
MAX_RATIO: Final = 2.0


def pair_costs(expected: Matrix, detected: Matrix) -> Matrix:
    """(T, D) float64: 1 - IoU plus the squared distance of the centres in face sizes.

    IoU tells apart faces of different size and place; the distance still grows where IoU is
    already zero. It is squared so that two small errors cost less than one large: crossing faces
    then keep to where their motion puts them.

    Args:
        expected, detected: boxes (T, 4) and (D, 4) float64 xyxy with positive sides.
    """
    overlap = iou(expected, detected)
    return np.asarray(1 - overlap + distances(expected, detected) ** 2, np.float64)


def distances(expected: Matrix, detected: Matrix) -> Matrix:
    """(T, D) float64: between the centres, in units of the expected box's mean side."""
    apart = _centers(expected)[:, None] - _centers(detected)[None]
    sizes = (expected[:, 2:] - expected[:, :2]).mean(1)
    return np.asarray(np.linalg.norm(apart, axis=2) / sizes[:, None], np.float64)


def allowed_pairs(expected: Matrix, detected: Matrix, unseen_s: Matrix) -> NDArray[np.bool_]:
    """(T, D) bool: pairs near enough in place and size, given (T,) seconds out of sight."""
    gates = np.minimum(GATE_NOW + GATE_PER_S * unseen_s, GATE_MOST)
    near = distances(expected, detected) <= gates[:, None]
    sides = [np.log(boxes[:, 2:] - boxes[:, :2]).mean(1) for boxes in (expected, detected)]
    alike = np.abs(sides[0][:, None] - sides[1][None]) <= np.log(MAX_RATIO)
    return np.asarray(near & alike)


def assign(costs: Matrix, allowed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Track and detection of each pair, at the least total cost.

    A pair that is not allowed costs just more than the dearest allowed one, not infinity:
    leaving a track without a detection must not be bought by exchanging two others.
    """
    if not allowed.any():
        return []
    dearest = float(costs[allowed].max()) + 1e-6
    rows, columns = linear_sum_assignment(np.where(allowed, costs, dearest))
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if allowed[r, c]]


def _centers(boxes: Matrix) -> Matrix:
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2, np.float64)


def iou(a: Matrix, b: Matrix) -> Matrix:
    """(A, B) float64: common area over joint area of boxes (A, 4) and (B, 4), x1 y1 x2 y2."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b)]
    return np.asarray(common / (areas[0][:, None] + areas[1][None] - common), np.float64)
