"""Figures of a classifier from labels and probabilities: pure functions of arrays.

Definitions follow scikit-learn where it has them, with undefined ratios (0/0) as 0.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fer_core.types import FloatArray, IntArray

Float64Array = NDArray[np.float64]

#: Probabilities are not taken below this in a logarithm: the step of float32 at 1.
MIN_PROBABILITY = float(np.finfo(np.float32).eps)
ECE_BINS = 15
_Z95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class against the rest; every figure a fraction 0..1.

    ``accuracy`` is (TP + TN) / n, the column of the published five-class table.
    """

    precision: float
    recall: float
    specificity: float
    f1: float
    accuracy: float
    support: int


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions whose top probability lies in (low, high].

    ``confidence`` and ``accuracy`` are means over its ``count`` rows, NaN where it is empty.
    """

    low: float
    high: float
    confidence: float
    accuracy: float
    count: int


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22).

    Raises:
        ValueError: not 0 <= hits <= n with n > 0.
    """
    if not (n > 0 and 0 <= hits <= n):
        raise ValueError(f"hits must be 0..n with n > 0. Received: {hits} of {n}.")
    share, z2 = hits / n, _Z95**2
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 / (1 + z2 / n) * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)))
    return max(0.0, center - half), min(1.0, center + half)


def confusion_matrix(labels: IntArray, predicted: IntArray, classes: int) -> IntArray:
    """(classes, classes) int64: rows true, columns predicted."""
    cells = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def _ratio(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom else 0.0


def class_figures(confusion: IntArray) -> tuple[ClassFigures, ...]:
    """One-vs-rest figures of each class of a confusion matrix (C, C)."""
    n = int(confusion.sum())
    figures = []
    for i in range(len(confusion)):
        tp = int(confusion[i, i])
        fn = int(confusion[i].sum()) - tp
        fp = int(confusion[:, i].sum()) - tp
        tn = n - tp - fn - fp
        figures.append(
            ClassFigures(
                precision=_ratio(tp, tp + fp),
                recall=_ratio(tp, tp + fn),
                specificity=_ratio(tn, tn + fp),
                f1=_ratio(2 * tp, 2 * tp + fp + fn),
                accuracy=_ratio(tp + tn, n),
                support=tp + fn,
            )
        )
    return tuple(figures)


def balanced_accuracy(confusion: IntArray) -> float:
    """Mean recall over the classes that the set has."""
    return float(np.mean([c.recall for c in class_figures(confusion) if c.support]))


def macro_f1(confusion: IntArray) -> float:
    """Mean F1 over the classes that the set has or that were predicted."""
    predicted = confusion.sum(axis=0)
    pairs = zip(class_figures(confusion), predicted, strict=True)
    return float(np.mean([c.f1 for c, columns in pairs if c.support or columns]))


def reliability_bins(
    probs: FloatArray, labels: IntArray, bins: int = ECE_BINS
) -> tuple[ReliabilityBin, ...]:
    """Top-label confidence against accuracy in ``bins`` bins of equal width over 0..1.

    Args:
        probs: (N, C), rows sum to 1.
        labels: (N,) int64.
    """
    confidence = np.asarray(probs, np.float64).max(axis=1)
    hits = probs.argmax(axis=1) == labels
    # Bins are (low, high], as in Guo et al. (2017): exactly 1 belongs to the last.
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    result = []
    for i in range(bins):
        inside = index == i
        count = int(inside.sum())
        result.append(
            ReliabilityBin(
                low=i / bins,
                high=(i + 1) / bins,
                confidence=float(confidence[inside].mean()) if count else float("nan"),
                accuracy=float(hits[inside].mean()) if count else float("nan"),
                count=count,
            )
        )
    return tuple(result)


def expected_calibration_error(probs: FloatArray, labels: IntArray, bins: int = ECE_BINS) -> float:
    """Mean gap of confidence and accuracy, weighted by the bins' counts (Guo et al. 2017)."""
    filled = [b for b in reliability_bins(probs, labels, bins) if b.count]
    return float(sum(b.count * abs(b.confidence - b.accuracy) for b in filled) / len(labels))


def negative_log_likelihood(probs: FloatArray, labels: IntArray) -> float:
    """Mean of -ln p(label), in nats; p is not taken below ``MIN_PROBABILITY``."""
    chosen = np.asarray(probs, np.float64)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, MIN_PROBABILITY)).mean())


def brier_score(probs: FloatArray, labels: IntArray) -> float:
    """Mean squared distance to the one-hot label, summed over classes, 0..2 (Brier 1950)."""
    error = np.asarray(probs, np.float64).copy()
    error[np.arange(len(labels)), labels] -= 1
    return float((error**2).sum(axis=1).mean())


def kl_divergence(targets: FloatArray, probs: FloatArray) -> float:
    """Mean KL(target || prediction) in nats over rows (N, C) of shares that sum to 1."""
    p = np.asarray(targets, np.float64)
    q = np.maximum(np.asarray(probs, np.float64), MIN_PROBABILITY)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    return float(terms.sum(axis=1).mean())


def restricted_accuracy(probs: FloatArray, labels: IntArray) -> float:
    """Accuracy of the arg-max over those classes only that occur in ``labels``."""
    present = np.unique(labels)
    return float((present[probs[:, present].argmax(axis=1)] == labels).mean())
