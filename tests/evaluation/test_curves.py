"""Curves against scikit-learn's on random data, ties included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from fer_core.evaluation.curves import Curve, precision_recall_curve, roc_curve, thin


@st.composite
def scored(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, steps = draw(st.integers(2, 60)), draw(st.sampled_from([1, 8, 10_000]))
    # Coarse steps, so that equal scores are common.
    scores = (rng.integers(0, steps + 1, n) / steps).astype(np.float32)
    positives = rng.random(n) < 0.4
    positives[:2] = True, False
    return scores, positives


@settings(deadline=None, max_examples=40)
@given(scored())
def test_roc_is_scikit_learns(case):
    scores, positives = case
    x, y, _ = sk.roc_curve(positives, scores, drop_intermediate=False)
    ours = roc_curve(scores, positives)
    np.testing.assert_allclose(ours.x, x)
    np.testing.assert_allclose(ours.y, y)
    assert ours.area == pytest.approx(sk.roc_auc_score(positives, scores))


@settings(deadline=None, max_examples=40)
@given(scored())
def test_precision_recall_is_scikit_learns(case):
    scores, positives = case
    precision, recall, _ = sk.precision_recall_curve(positives, scores)
    ours = precision_recall_curve(scores, positives)
    np.testing.assert_allclose(ours.x[::-1], recall)
    np.testing.assert_allclose(ours.y[::-1], precision)
    assert ours.area == pytest.approx(sk.average_precision_score(positives, scores))


@pytest.mark.parametrize(
    ("make", "positives"),
    [
        (roc_curve, [True, True]),
        (roc_curve, [False, False]),
        (precision_recall_curve, [False, False]),
    ],
)
def test_undefined_curves_have_no_points(make, positives):
    curve = make(np.array([0.1, 0.2], np.float32), np.array(positives))
    assert len(curve.x) == 0
    assert np.isnan(curve.area)


@pytest.mark.parametrize("make", [roc_curve, precision_recall_curve])
def test_shapes_that_differ(make):
    with pytest.raises(ValueError, match="as many scores as labels"):
        make(np.zeros(3, np.float32), np.zeros(4, bool))


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 900))
def test_thinning_keeps_ends_and_shape(n):
    rng = np.random.default_rng(n)
    full = roc_curve(rng.random(n).astype(np.float32), np.arange(n) % 2 == 0)
    less = thin(full, 50)
    assert len(less.x) <= 52
    assert (less.x[0], less.y[0]) == (full.x[0], full.y[0])
    assert (less.x[-1], less.y[-1]) == (full.x[-1], full.y[-1])
    # Along x + y, which only grows, the thinned curve stays within two of its steps.
    path = full.x + full.y
    drawn = np.interp(path, less.x + less.y, less.y)
    assert np.abs(drawn - full.y).max() < 0.1
    assert isinstance(less, Curve)
    assert less.area == full.area
