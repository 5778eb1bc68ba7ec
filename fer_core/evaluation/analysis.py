"""From the kept predictions of one scoring to everything the figures on the page are made of."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fer_core.errors import DataError
from fer_core.evaluation import metrics
from fer_core.evaluation.calibration import undo_temperature
from fer_core.evaluation.curves import Curve, precision_recall_curve, roc_curve, thin
from fer_core.evaluation.ferplus import FerPlusFigures, score_ferplus
from fer_core.evaluation.labels import LabelNoise, measure_label_noise
from fer_core.evaluation.predictions import Predictions
from fer_core.labels import FERPLUS_EMOTIONS
from fer_core.types import FloatArray, IntArray

#: Resamplings behind an interval that has no formula; the same each time.
RESAMPLES = 1000
ECE_RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval, fractions 0..1."""

    value: float
    low: float
    high: float


class Scoring:
    """One model on one split. Everything is computed on first use and kept; arrays are read-only.

    Args:
        predictions: as `evaluate` kept them.

    Raises:
        DataError: no image has a label that the model knows.
    """

    def __init__(self, predictions: Predictions) -> None:
        known = np.isin(predictions.labels, predictions.classes)
        if not known.any():
            raise DataError(
                "The predictions hold no image whose label the model knows: run `evaluate` again."
            )
        self.predictions = predictions
        self.classes = predictions.classes
        self.left_out = int((~known).sum())
        self.rows: IntArray = np.flatnonzero(known)
        lookup = {name: i for i, name in enumerate(self.classes)}
        self.labels: IntArray = np.asarray(
            [lookup[name] for name in predictions.labels[known].tolist()], np.int64
        )
        self.probs: FloatArray = predictions.probs[known]
        self.answers: IntArray = self.probs.argmax(axis=1).astype(np.int64)

    @property
    def n(self) -> int:
        """Images scored."""
        return len(self.labels)

    @cached_property
    def confusion(self) -> IntArray:
        """(C, C) int64: rows true, columns predicted."""
        return metrics.confusion_matrix(self.labels, self.answers, len(self.classes))

    @cached_property
    def per_class(self) -> tuple[metrics.ClassFigures, ...]:
        """One-vs-rest figures of each class."""
        return metrics.class_figures(self.confusion)

    @cached_property
    def accuracy(self) -> Figure:
        """Share of right answers, Wilson interval."""
        hits = int(self.confusion.trace())
        return Figure(hits / self.n, *metrics.wilson_interval(hits, self.n))

    def recall_ci95(self, index: int) -> Figure | None:
        """Recall of one class, Wilson interval; None where the set lacks the class."""
        support = int(self.confusion[index].sum())
        if not support:
            return None
        hits = int(self.confusion[index, index])
        return Figure(hits / support, *metrics.wilson_interval(hits, support))

    @cached_property
    def _resampled(self) -> IntArray:
        """(R, C, C): confusion matrices of images drawn with replacement."""
        rng = np.random.default_rng(0)
        classes = len(self.classes)
        shares = self.confusion.ravel() / self.n
        drawn = rng.multinomial(self.n, shares, RESAMPLES)
        return np.asarray(drawn.reshape(RESAMPLES, classes, classes), np.int64)

    @cached_property
    def balanced_accuracy(self) -> Figure:
        """Mean recall over the classes of the set, percentile bootstrap over images."""
        drawn = self._resampled
        hits, support = np.diagonal(drawn, axis1=1, axis2=2), drawn.sum(axis=2)
        recall = np.divide(hits, support, out=np.full(hits.shape, np.nan), where=support > 0)
        return _bootstrapped(
            metrics.balanced_accuracy(self.confusion), np.asarray(np.nanmean(recall, axis=1))
        )

    @cached_property
    def macro_f1(self) -> Figure:
        """Mean F1 over the classes that occur or were predicted, percentile bootstrap."""
        drawn = self._resampled
        hits = np.diagonal(drawn, axis1=1, axis2=2)
        total = drawn.sum(axis=2) + drawn.sum(axis=1)
        f1 = np.divide(2 * hits, total, out=np.full(hits.shape, np.nan), where=total > 0)
        return _bootstrapped(metrics.macro_f1(self.confusion), np.asarray(np.nanmean(f1, axis=1)))

    @cached_property
    def ece(self) -> Figure:
        """Expected calibration error; the bootstrap's own upward bias is taken out."""
        value = metrics.expected_calibration_error(self.probs, self.labels)
        confidence = np.asarray(self.probs.max(axis=1), np.float64)
        gap = confidence - (self.answers == self.labels)
        bins = np.clip(np.ceil(confidence * metrics.ECE_BINS).astype(int) - 1, 0, None)
        rng = np.random.default_rng(0)
        drawn = np.empty(ECE_RESAMPLES)
        for i in range(ECE_RESAMPLES):
            rows = rng.integers(0, self.n, self.n)
            drawn[i] = np.abs(np.bincount(bins[rows], gap[rows])).sum() / self.n
        # Resampling adds noise to every bin, and noise only ever adds to a sum of absolute gaps.
        shift = drawn.mean() - value
        low, high = np.quantile(drawn - shift, (0.025, 0.975))
        return Figure(value, max(0.0, float(low)), float(high))

    @cached_property
    def nll(self) -> float:
        """Mean -ln p(label), in nats."""
        return metrics.negative_log_likelihood(self.probs, self.labels)

    @cached_property
    def brier(self) -> float:
        """Brier score, 0..2."""
        return metrics.brier_score(self.probs, self.labels)

    @cached_property
    def reliability(self) -> tuple[metrics.ReliabilityBin, ...]:
        """As scored, that is after temperature scaling."""
        return metrics.reliability_bins(self.probs, self.labels)

    def before_scaling(
        self, temperature: float
    ) -> tuple[tuple[metrics.ReliabilityBin, ...], float]:
        """Bins and ECE that the same answers have without their temperature."""
        raw = undo_temperature(self.probs, temperature)
        bins = metrics.reliability_bins(raw, self.labels)
        return bins, metrics.expected_calibration_error(raw, self.labels)

    @cached_property
    def roc(self) -> tuple[Curve, ...]:
        """One curve per class, thinned for drawing; ``area`` is that of the full curve."""
        columns = range(len(self.classes))
        return tuple(thin(roc_curve(self.probs[:, i], self.labels == i)) for i in columns)

    @cached_property
    def precision_recall(self) -> tuple[Curve, ...]:
        """One curve per class, thinned for drawing; ``area`` is that of the full curve."""
        columns = range(len(self.classes))
        return tuple(
            thin(precision_recall_curve(self.probs[:, i], self.labels == i)) for i in columns
        )

    @cached_property
    def label_noise(self) -> LabelNoise | None:
        """Model, label and voters compared; None without FER+ votes."""
        votes = self.predictions.votes
        if votes is None:
            return None
        return measure_label_noise(self.answers, self.labels, votes[self.rows], self.classes)

    @cached_property
    def ferplus(self) -> FerPlusFigures | None:
        """Against the FER+ votes, with the output ``ferplus`` where the model has it."""
        p = self.predictions
        if p.votes is None:
            return None
        if p.ferplus is None:
            return score_ferplus(p.votes, p.probs, p.classes)
        return score_ferplus(p.votes, p.ferplus, FERPLUS_EMOTIONS)

    def cell(self, true: int, answered: int) -> IntArray:
        """Rows of ``predictions`` behind a cell of the confusion matrix, the surest first."""
        inside = np.flatnonzero((self.labels == true) & (self.answers == answered))
        order = np.argsort(-self.probs[inside, answered], kind="stable")
        return self.rows[inside[order]]


def _bootstrapped(value: float, drawn: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Figure:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Figure(value, float(low), float(high))
