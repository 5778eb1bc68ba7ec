"""Overlapping detections -> one per face."""

from typing import Final

import numpy as np

from fer_core.types import FloatArray

#: MediaPipe's ``min_suppression_threshold``.
MIN_OVERLAP: Final = 0.3
#: Boxes that cover more than this share of the smaller one are one face: a chance hit within it, or
#: the face seen on two scales.
SAME_FACE: Final = 0.5
#: Of these the larger stays unless the smaller scores so much more per doubling of the side: a
#: covered portrait scored 0.50 to 0.62, and what was found within it 0.53 to 0.57.
PER_DOUBLING: Final = 0.2


def _areas(boxes: FloatArray) -> FloatArray:
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)


def overlaps(box: FloatArray, boxes: FloatArray, *, of_smaller: bool = False) -> FloatArray:
    """(N,) float32: how far one box (4,) covers each of N boxes (N, 4), 0..1.

    Intersection over union, or over the smaller of the two areas. Boxes without area overlap
    nothing.
    """
    corner = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    inter = np.maximum(corner[:, 0], 0) * np.maximum(corner[:, 1], 0)
    own, others = _areas(box[None])[0], _areas(boxes)
    base = np.minimum(own, others) if of_smaller else own + others - inter
    return np.asarray(np.divide(inter, base, out=np.zeros_like(inter), where=base > 0))


def merge_weighted(
    boxes: FloatArray, scores: FloatArray, keypoints: FloatArray, min_overlap: float = MIN_OVERLAP
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted non-maximum suppression, as ``NonMaxSuppressionCalculator`` of MediaPipe does it.

    The best detection takes every other one that overlaps it by more than ``min_overlap``
    (intersection over union): boxes and keypoints become the mean, weighted by score, the score
    stays the best one's. Steadier from frame to frame than keeping the best alone.

    Args:
        boxes: (N, 4) float32 xyxy.
        scores: (N,) float32, positive.
        keypoints: (N, K, 2) float32.
        min_overlap: intersection over union from which two are one face.

    Returns:
        boxes (M, 4), scores (M,), keypoints (M, K, 2), best score first.
    """
    left = np.argsort(-scores, kind="stable")
    rows = []
    while len(left):
        best, rest = left[0], left[1:]
        joins = overlaps(boxes[best], boxes[rest]) > min_overlap
        group = np.concatenate([[best], rest[joins]])
        weights = scores[group] / scores[group].sum()
        rows.append(
            (
                weights @ boxes[group],
                scores[best],
                np.tensordot(weights, keypoints[group], axes=1),
            )
        )
        left = rest[~joins]
    if not rows:
        return boxes, scores, keypoints
    merged = tuple(np.stack(column).astype(np.float32) for column in zip(*rows, strict=True))
    return merged[0], merged[1], merged[2]


def keep_whole(boxes: FloatArray, scores: FloatArray) -> list[int]:
    """Rows (of N) to keep so that no face is found twice, the best score first.

    Args:
        boxes: (N, 4) float32 xyxy with positive sides.
        scores: (N,) float32.
    """
    sides = np.sqrt(np.maximum(_areas(boxes), np.float32(1e-12)))
    ranks = np.asarray(scores + np.float32(PER_DOUBLING) * np.log2(sides), np.float32)
    return sorted(keep_best(boxes, ranks, SAME_FACE), key=lambda row: (-float(scores[row]), row))


def keep_best(boxes: FloatArray, ranks: FloatArray, max_overlap: float) -> list[int]:
    """Rows to keep so that no two cover more than ``max_overlap`` of the smaller one.

    Args:
        boxes: (N, 4) float32 xyxy.
        ranks: (N,) float32, the higher wins.
        max_overlap: share of the smaller box, 0..1.
    """
    left = np.argsort(-ranks, kind="stable")
    kept: list[int] = []
    while len(left):
        best, rest = left[0], left[1:]
        kept.append(int(best))
        left = rest[overlaps(boxes[best], boxes[rest], of_smaller=True) <= max_overlap]
    return kept
