"""Is one model better than another on the same images?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from fer_core.errors import DataError
from fer_core.evaluation.predictions import Predictions
from fer_core.text import Sentence, mark


@dataclass(frozen=True, slots=True)
class McNemarResult:
    """``only_first`` and ``only_second``: images of ``n`` that one model alone got right."""

    only_first: int
    only_second: int
    p_value: float
    n: int


def mcnemar_exact(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemarResult:
    """Exact two-sided McNemar test (McNemar 1947): binomial over the discordant images.

    Args:
        first, second: (N,) bool, whether each model was right, same images in the same order.

    Raises:
        ValueError: the arrays have different lengths.
    """
    if first.shape != second.shape:
        raise ValueError(
            f"Both models must have the same images. Received: {first.shape}, {second.shape}."
        )
    b = int((first & ~second).sum())
    c = int((second & ~first).sum())
    p_value = float(binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0
    return McNemarResult(b, c, p_value, len(first))


def compare_predictions(first: Predictions, second: Predictions) -> McNemarResult:
    """McNemar's test over the images that both models were scored on, with classes both know.

    Raises:
        DataError: they were scored on different data, or share no image.
    """
    if first.data_sha256 != second.data_sha256:
        raise DataError(
            "The two models were scored on different data: run `evaluate` with both on one set."
        )
    shared, a, b = np.intersect1d(first.ids, second.ids, return_indices=True)
    both = sorted(set(first.classes) & set(second.classes))
    known = np.isin(first.labels[a], both)
    if not len(shared) or not known.any():
        raise DataError("The two models share no scored image: run `evaluate` with both again.")
    return mcnemar_exact(first.is_hit[a[known]], second.is_hit[b[known]])


def describe_mcnemar(first: str, second: str, result: McNemarResult) -> Sentence:
    """The test in words: who wins how many images, and whether chance explains it."""
    b, c = result.only_first, result.only_second
    chance = "less than 0.1 %" if result.p_value < 0.001 else f"{result.p_value:.1%}"
    chance = chance.replace("%", " %").replace("  ", " ")
    ahead, behind = (first, second) if b > c else (second, first)
    if b == c:
        words = mark(
            "On {n} images, {first} alone is right on {b} and {second} alone on {c}; on all others "
            "both are right or both are wrong. Neither is ahead."
        )
    elif result.p_value < 0.05:
        words = mark(
            "On {n} images, {first} alone is right on {b} and {second} alone on {c}; on all others "
            "both are right or both are wrong. {ahead} is better than {behind} here, and chance is "
            "no likely reason: were both equally good, a difference as large would come up in "
            "{chance} of cases (exact McNemar test)."
        )
    else:
        words = mark(
            "On {n} images, {first} alone is right on {b} and {second} alone on {c}; on all others "
            "both are right or both are wrong. {ahead} is ahead of {behind}, but chance alone may "
            "well explain it: were both equally good, a difference as large would come up in "
            "{chance} of cases (exact McNemar test)."
        )
    return Sentence(
        words,
        n=f"{result.n:,}",
        first=first,
        second=second,
        b=f"{b:,}",
        c=f"{c:,}",
        ahead=ahead,
        behind=behind,
        chance=chance,
    )
