"""Temperature scaling (Guo et al. 2017, "On calibration of modern neural networks")."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from fer_core.errors import DataError
from fer_core.types import FloatArray, IntArray

#: Temperatures that are looked at; a fit at an end of it means that the logits carry nothing.
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 20.0


def temperature_nll(logits: FloatArray, labels: IntArray, temperature: float) -> float:
    """Mean -ln softmax(logits / temperature)[label], in nats; logits (N, C), labels (N,)."""
    logs = log_softmax(np.asarray(logits, np.float64) / temperature, axis=1)
    return float(-logs[np.arange(len(labels)), labels].mean())


def fit_temperature(logits: FloatArray, labels: IntArray) -> float:
    """The temperature with the smallest NLL: fit it on validation, never on train or test.

    Args:
        logits: (N, C), before softmax.
        labels: (N,) int64, columns of ``logits``.

    Raises:
        DataError: no rows, or logits that are not finite.
    """
    if len(labels) == 0 or not np.isfinite(logits).all():
        raise DataError(
            "A temperature is fitted on finite logits of at least one image. "
            f"Received: {len(labels)} images."
        )
    # In 1/T the NLL is convex, so the one minimum that the search finds is the best.
    found = minimize_scalar(
        lambda inverse: temperature_nll(logits, labels, 1 / inverse),
        bounds=(1 / MAX_TEMPERATURE, 1 / MIN_TEMPERATURE),
        method="bounded",
        options={"xatol": 1e-5},
    )
    return float(1 / found.x)


def undo_temperature(probs: FloatArray, temperature: float) -> FloatArray:
    """What softmax gave before its logits were divided by ``temperature``.

    softmax(z) is softmax(z / T) to the power T, scaled to sum to 1; probabilities that were
    rounded to 0 stay 0.

    Args:
        probs: (N, C) float, rows sum to 1.
        temperature: > 0, the one that ``probs`` were made with.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(np.asarray(probs, np.float64)) * temperature
    return np.asarray(softmax(logs, axis=1), np.float32)
