"""Curves of one class against the rest: ROC and precision-recall, as scikit-learn has them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.metrics import Float64Array
from fer_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """``x`` and ``y`` (K,) float64 fractions; ``area`` under it, NaN where it is undefined.

    ROC: x false positive rate, y true positive rate, area by trapezoids.
    Precision-recall: x recall, y precision, area as average precision (steps, no interpolation).
    """

    x: Float64Array
    y: Float64Array
    area: float


def _counts(
    scores: FloatArray, positives: NDArray[np.bool_]
) -> tuple[Float64Array, Float64Array, Float64Array]:
    """True and false positives at every distinct threshold, the highest first."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits = np.cumsum(positives[order])[last].astype(np.float64)
    return ordered[last].astype(np.float64), hits, (last + 1) - hits


def _check(scores: FloatArray, positives: NDArray[np.bool_]) -> None:
    if scores.shape != positives.shape or scores.ndim != 1 or not len(scores):
        raise ValueError(
            "A curve needs as many scores as labels, at least one. "
            f"Received: {scores.shape} and {positives.shape}."
        )


def roc_curve(scores: FloatArray, positives: NDArray[np.bool_]) -> Curve:
    """Receiver operating characteristic of scores (N,) for the rows that are ``positives`` (N,).

    Raises:
        ValueError: no rows, or shapes that differ.
    """
    _check(scores, positives)
    _, tp, fp = _counts(scores, positives)
    n_pos, n_neg = float(positives.sum()), float((~positives).sum())
    if not n_pos or not n_neg:
        return Curve(np.zeros(0), np.zeros(0), float("nan"))
    x, y = np.append(0.0, fp / n_neg), np.append(0.0, tp / n_pos)
    return Curve(x, y, float(np.trapezoid(y, x)))


def precision_recall_curve(scores: FloatArray, positives: NDArray[np.bool_]) -> Curve:
    """Precision over recall of scores (N,) for the rows that are ``positives`` (N,).

    Raises:
        ValueError: no rows, or shapes that differ.
    """
    _check(scores, positives)
    _, tp, fp = _counts(scores, positives)
    n_pos = float(positives.sum())
    if not n_pos:
        return Curve(np.zeros(0), np.zeros(0), float("nan"))
    precision, recall = tp / (tp + fp), tp / n_pos
    area = float((np.diff(recall, prepend=0.0) * precision).sum())
    return Curve(np.append(0.0, recall), np.append(1.0, precision), area)


def thin(curve: Curve, points: int = 200) -> Curve:
    """The same curve with at most ``points`` of its points, ends included, for drawing."""
    if len(curve.x) <= points:
        return curve
    # Evenly along the path: neither steep nor flat parts lose their shape.
    length = np.cumsum(np.hypot(np.diff(curve.x, prepend=0), np.diff(curve.y, prepend=curve.y[0])))
    at = np.unique(np.searchsorted(length, np.linspace(length[0], length[-1], points)))
    at = np.clip(np.append(at, len(curve.x) - 1), 0, len(curve.x) - 1)
    at = np.unique(np.append(0, at))
    return Curve(curve.x[at], curve.y[at], curve.area)
