"""Temperature scaling and the comparison of two models."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from scipy.stats import binom

from fer_core.errors import DataError
from fer_core.evaluation.calibration import fit_temperature, temperature_nll
from fer_core.evaluation.comparison import mcnemar_exact


@settings(deadline=None, max_examples=15)
@given(st.floats(0.3, 4.0), st.integers(0, 1000))
def test_the_temperature_that_made_the_labels_is_found(truth, seed):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (6000, 7))
    chances = softmax(logits / truth, axis=1).cumsum(axis=1)
    labels = (rng.random((6000, 1)) > chances).sum(axis=1).clip(0, 6)
    found = fit_temperature(logits.astype(np.float32), labels)
    assert found == pytest.approx(truth, rel=0.12)
    best = temperature_nll(logits, labels, found)
    for factor in (0.8, 0.97, 1.03, 1.25):
        assert best <= temperature_nll(logits, labels, found * factor) + 1e-6


@pytest.mark.parametrize("logits", [np.zeros((0, 7)), np.full((1, 7), np.nan)])
def test_nothing_to_fit(logits):
    with pytest.raises(DataError, match="finite logits"):
        fit_temperature(logits, np.zeros(len(logits), np.int64))


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (5, 5), (12, 3), (0, 9)])
def test_mcnemar(b, c):
    first = np.array([True] * b + [False] * c + [True, False])
    second = np.array([False] * b + [True] * c + [True, False])
    result = mcnemar_exact(first, second)
    assert (result.only_first, result.only_second) == (b, c)
    expected = min(1.0, 2 * float(binom.cdf(min(b, c), b + c, 0.5)))
    assert result.p_value == pytest.approx(expected)
    assert mcnemar_exact(second, first).p_value == pytest.approx(expected)


def test_mcnemar_needs_the_same_images():
    with pytest.raises(ValueError, match="same images"):
        mcnemar_exact(np.ones(3, bool), np.ones(4, bool))
