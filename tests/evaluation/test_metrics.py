"""Every figure against scikit-learn on random data, and on cases worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, entropy
from sklearn import metrics as reference

from fer_core.evaluation import metrics


@st.composite
def scored(draw):
    """(labels (N,), probs (N, C)) with some classes missing and some rows certain."""
    classes = draw(st.integers(2, 8))
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels = rng.integers(0, draw(st.integers(1, classes)), n)
    sharpness = draw(st.sampled_from([0.1, 1.0, 8.0]))
    probs = rng.dirichlet(np.full(classes, 1 / sharpness), n)
    probs[rng.random(n) < 0.1] = np.eye(classes)[0]
    return labels, probs


@settings(deadline=None, max_examples=60)
@given(scored())
def test_against_scikit_learn(case):
    labels, probs = case
    classes = probs.shape[1]
    predicted = probs.argmax(axis=1)
    every = list(range(classes))
    confusion = metrics.confusion_matrix(labels, predicted, classes)
    np.testing.assert_array_equal(
        confusion, reference.confusion_matrix(labels, predicted, labels=every)
    )
    precision, recall, f1, support = reference.precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=0
    )
    for i, figures in enumerate(metrics.class_figures(confusion)):
        assert figures.precision == pytest.approx(precision[i])
        assert figures.recall == pytest.approx(recall[i])
        assert figures.f1 == pytest.approx(f1[i])
        assert figures.support == support[i]
        one = reference.accuracy_score(labels == i, predicted == i)
        assert figures.accuracy == pytest.approx(one)
        negative = reference.recall_score(labels != i, predicted != i, zero_division=0)
        assert figures.specificity == pytest.approx(negative)
    present = [i for i in every if support[i]]
    assert metrics.balanced_accuracy(confusion) == pytest.approx(
        reference.recall_score(labels, predicted, labels=present, average="macro")
    )
    assert metrics.macro_f1(confusion) == pytest.approx(
        reference.f1_score(labels, predicted, average="macro", zero_division=0)
    )
    one_hot = np.eye(classes)[labels]
    assert metrics.brier_score(probs, labels) == pytest.approx(
        np.mean([((p - t) ** 2).sum() for p, t in zip(probs, one_hot, strict=True)])
    )
    floor = np.maximum(probs, metrics.MIN_PROBABILITY)
    assert metrics.negative_log_likelihood(probs, labels) == pytest.approx(
        reference.log_loss(labels, floor / floor.sum(1, keepdims=True), labels=every), abs=1e-5
    )


@settings(deadline=None)
@given(st.integers(1, 5000), st.floats(0, 1))
def test_wilson_against_scipy(n, share):
    hits = round(share * n)
    expected = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    low, high = metrics.wilson_interval(hits, n)
    assert low == pytest.approx(expected.low, abs=1e-12)
    assert high == pytest.approx(expected.high, abs=1e-12)


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_proportions(hits, n):
    with pytest.raises(ValueError, match="Received"):
        metrics.wilson_interval(hits, n)


def test_calibration_error_by_hand():
    # Bin of 0.8: two rows, one right -> |0.8 - 0.5|; bin of 1.0: one row, wrong -> 1.
    probs = np.array([[0.8, 0.2], [0.8, 0.2], [1.0, 0.0]])
    labels = np.array([0, 1, 1])
    expected = (2 * 0.3 + 1 * 1.0) / 3
    assert metrics.expected_calibration_error(probs, labels) == pytest.approx(expected)
    bins = metrics.reliability_bins(probs, labels)
    assert len(bins) == 15
    assert [b.count for b in bins if b.count] == [2, 1]
    assert bins[-1].count == 1  # exactly 1 belongs to the last bin
    assert math.isnan(bins[0].accuracy)


@settings(deadline=None, max_examples=30)
@given(scored())
def test_reliability_bins_cover_every_row(case):
    labels, probs = case
    bins = metrics.reliability_bins(probs, labels)
    assert sum(b.count for b in bins) == len(labels)
    hits = sum(b.count * b.accuracy for b in bins if b.count)
    assert hits == pytest.approx((probs.argmax(1) == labels).sum())
    assert all(b.low - 1e-9 <= b.confidence <= b.high + 1e-9 for b in bins if b.count)
    assert 0 <= metrics.expected_calibration_error(probs, labels) <= 1


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_kl_against_scipy(seed):
    rng = np.random.default_rng(seed)
    targets, probs = rng.dirichlet(np.ones(8), 20), rng.dirichlet(np.ones(8), 20)
    targets[0] = np.eye(8)[2]
    expected = np.mean([entropy(t, p) for t, p in zip(targets, probs, strict=True)])
    assert metrics.kl_divergence(targets, probs) == pytest.approx(expected, abs=1e-5)
    assert metrics.kl_divergence(targets, targets) == pytest.approx(0, abs=1e-6)


def test_restricted_accuracy():
    probs = np.array([[0.3, 0.1, 0.6], [0.2, 0.5, 0.3]])
    assert metrics.restricted_accuracy(probs, np.array([0, 1])) == 1.0  # class 2 is not there
    assert metrics.restricted_accuracy(probs, np.array([0, 2])) == 0.5


def test_published_five_class_table_follows_from_its_recalls():
    """The recalls of the published table times 51 images each give its 199 of 255."""
    recalls = [1.0, 0.471, 0.706, 0.941, 0.784]
    hits = sum(round(r * 51) for r in recalls)
    assert hits == 199
    assert hits / 255 == pytest.approx(0.7804, abs=5e-5)
