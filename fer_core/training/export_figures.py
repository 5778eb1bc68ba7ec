"""What is measured of a model while it is exported: on validation and on this machine alone."""

import time

import numpy as np

from fer_core.classification import Classifier
from fer_core.evaluation.calibration import fit_temperature
from fer_core.training.data import TrainingData
from fer_core.types import FloatArray, ImageArray, IntArray

#: Mixes of the two outputs that are tried for what is served; the best on validation wins.
SERVED_SHARES = tuple(step / 10 for step in range(11))

#: Below this margin between the two highest float probabilities a flip means nothing.
AGREEMENT_MARGIN = 0.05


def latency_ms(classifier: Classifier, crops: ImageArray, repeats: int = 200) -> float:
    """Median milliseconds of one face on one thread, normalisation included."""
    times = []
    for index in range(repeats + 20):
        crop = crops[index % len(crops)][None]
        start = time.perf_counter()
        classifier.predict_proba(crop)
        times.append(time.perf_counter() - start)
    return float(np.median(times[20:]) * 1000)


def agreement(reference: FloatArray, other: FloatArray) -> dict[str, float]:
    """How far two (N, 7) predictions of the same images agree."""
    same = reference.argmax(1) == other.argmax(1)
    top = np.sort(reference, axis=1)
    sure = top[:, -1] - top[:, -2] >= AGREEMENT_MARGIN
    return {
        "top1": float(same.mean()),
        "top1_where_sure": float(same[sure].mean()) if sure.any() else 1.0,
        "margin": AGREEMENT_MARGIN,
        "sure_share": float(sure.mean()),
        "largest_difference": float(np.abs(reference - other).max()),
    }


def fit_temperatures(logits: dict[str, FloatArray], data: TrainingData) -> dict[str, float]:
    """Temperature of each output, fitted on the validation split (Guo et al. 2017).

    Args:
        logits: (N, classes) float32 of the validation pictures by output: ``fer``, ``ferplus``.
        data: with the labels of the same pictures.
    """
    found = {"fer": fit_temperature(logits["fer"], data.val_labels)}
    if "ferplus" in logits:
        known = data.val_majority is not None and data.val_majority >= 0
        if data.val_majority is not None and np.any(known):
            found["ferplus"] = fit_temperature(logits["ferplus"][known], data.val_majority[known])
        else:
            found["ferplus"] = 1.0
    return found


def _accuracies(predicted: IntArray, labels: IntArray) -> tuple[float, float]:
    """Accuracy and balanced accuracy over the classes that occur."""
    is_right = predicted == labels
    recalls = [is_right[labels == label].mean() for label in np.unique(labels)]
    return float(is_right.mean()), float(np.mean(recalls))


def choose_served(classifier: Classifier, data: TrainingData) -> dict[str, float]:
    """Weights of the outputs in what is served, chosen on validation; one output serves alone.

    The highest mean of four figures wins: accuracy and balanced accuracy against the FER labels
    and against the FER+ majority (its seven shared classes). Balanced accuracy counts because a
    mix that is right on frequent faces alone would never show disgust or fear.
    """
    if "ferplus" not in classifier.spec.outputs:
        return {"fer": 1.0}
    outputs = classifier.predict_outputs(data.val_images)
    seven = outputs["ferplus"][:, :7] / outputs["ferplus"][:, :7].sum(axis=1, keepdims=True)
    majority = data.val_majority
    known = (majority >= 0) & (majority < 7) if majority is not None else np.zeros(0, bool)

    def mean_accuracy(share: float) -> float:
        top = (share * outputs["fer"] + (1 - share) * seven).argmax(axis=1)
        figures = [*_accuracies(top, data.val_labels)]
        if majority is not None and known.any():
            figures += _accuracies(top[known], majority[known])
        return float(np.mean(figures))

    share = max(SERVED_SHARES, key=mean_accuracy)
    mix = {"fer": share, "ferplus": 1.0 - share}
    return {name: weight for name, weight in mix.items() if weight > 0}
