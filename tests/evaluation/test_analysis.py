"""Figures of kept predictions: golden against scikit-learn, intervals, labels, cells."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax
from sklearn import metrics as sk

from fer_core.errors import DataError
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.calibration import undo_temperature
from fer_core.evaluation.labels import measure_label_noise
from fer_core.evaluation.metrics import expected_calibration_error
from fer_core.labels import EMOTIONS
from tests.evaluation.made import make_predictions


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), skill=st.floats(0, 6), n=st.integers(21, 120))
def test_figures_are_scikit_learns(seed, skill, n):
    scoring = Scoring(make_predictions(n=n, seed=seed, skill=skill))
    true, said = scoring.labels, scoring.answers
    labels = list(range(7))
    assert scoring.accuracy.value == pytest.approx(sk.accuracy_score(true, said))
    assert scoring.balanced_accuracy.value == pytest.approx(sk.balanced_accuracy_score(true, said))
    expected = sk.f1_score(true, said, average="macro", zero_division=0)
    assert scoring.macro_f1.value == pytest.approx(expected)
    assert scoring.confusion.tolist() == sk.confusion_matrix(true, said, labels=labels).tolist()
    probs = scoring.probs.astype(np.float64)
    probs /= probs.sum(axis=1, keepdims=True)
    assert scoring.nll == pytest.approx(sk.log_loss(true, probs, labels=labels), abs=1e-4)
    p, r, f, s = sk.precision_recall_fscore_support(true, said, labels=labels, zero_division=0)
    got = [(c.precision, c.recall, c.f1, c.support) for c in scoring.per_class]
    np.testing.assert_allclose(got, np.stack([p, r, f, s], axis=1))


def test_intervals_hold_their_value_and_narrow_with_images():
    few, many = (Scoring(make_predictions(n=n)) for n in (70, 7000))
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "ece"):
        small, large = (getattr(scoring, name) for scoring in (many, few))
        assert small.low <= small.value <= small.high
        assert small.high - small.low < (large.high - large.low) / 3


def test_the_bootstrap_covers_what_it_should():
    """Of 60 samples from one truth, the intervals of the macro F1 miss it seldom."""
    truth = Scoring(make_predictions(n=40_000, seed=99)).macro_f1.value
    inside = 0
    for seed in range(60):
        found = Scoring(make_predictions(n=700, seed=seed)).macro_f1
        inside += found.low <= truth <= found.high
    assert inside >= 50


def test_images_of_unknown_classes_are_left_out():
    p = make_predictions(n=70)
    five = tuple(e for e in EMOTIONS if e not in ("disgust", "fear"))
    columns = [EMOTIONS.index(e) for e in five]
    scoring = Scoring(replace(p, classes=five, probs=p.probs[:, columns]))
    assert (scoring.n, scoring.left_out) == (50, 20)
    with pytest.raises(DataError, match="no image whose label"):
        Scoring(replace(p, labels=np.array(["contempt"] * 70)))


@settings(deadline=None, max_examples=25)
@given(st.floats(0.05, 20), st.integers(0, 100))
def test_a_temperature_is_undone(temperature, seed):
    logits = np.random.default_rng(seed).normal(0, 1, (20, 7)) * min(1.0, temperature)
    warm = softmax(logits / temperature, axis=1)
    np.testing.assert_allclose(undo_temperature(warm, temperature), softmax(logits, 1), atol=1e-6)


def test_before_scaling_is_worse_where_scaling_helped():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 7, 4000)
    logits = rng.normal(0, 1, (4000, 7))
    logits[np.arange(4000), labels] += 1.0
    honest = softmax(logits, axis=1)
    drawn = np.array([rng.choice(7, p=row) for row in honest])
    p = replace(
        make_predictions(n=4000), probs=honest.astype(np.float32), labels=np.array(EMOTIONS)[drawn]
    )
    scoring = Scoring(p)
    _, before = scoring.before_scaling(3.0)
    raw = softmax(3 * log_softmax(logits, axis=1), axis=1)
    assert before == pytest.approx(expected_calibration_error(raw, drawn), abs=1e-4)
    assert before > 0.2 > scoring.ece.value
    assert scoring.ece.low <= 0.02


def test_a_cell_is_sorted_by_how_sure_the_model_is():
    scoring = Scoring(make_predictions(n=700, skill=1.0))
    rows = scoring.cell(2, 4)
    assert len(rows) == scoring.confusion[2, 4] > 1
    p = scoring.predictions
    assert set(p.labels[rows]) == {"fear"}
    assert (p.probs[rows].argmax(1) == 4).all()
    assert (np.diff(p.probs[rows, 4]) <= 0).all()


#: model, label, votes (over angry, disgust, fear only) -> which count grows
OPINIONS = [
    (0, 0, [8, 1, 1], "all_agree"),
    (0, 1, [8, 1, 1], "against_label"),
    (1, 1, [8, 1, 1], "against_votes"),
    (1, 0, [8, 1, 1], "model_alone"),
    (1, 2, [8, 1, 1], "all_differ"),
    (0, 0, [5, 5, 0], None),  # no majority
]


@pytest.mark.parametrize(("said", "label", "counts", "grows"), OPINIONS)
def test_who_agrees_with_whom(said, label, counts, grows):
    votes = np.zeros((2, 10), np.float32)
    votes[0, :3], votes[1, 3] = counts, 10  # the second image: all agree on happy
    noise = measure_label_noise(np.array([said, 3]), np.array([label, 3]), votes, EMOTIONS)
    names = ("all_agree", "against_label", "against_votes", "model_alone", "all_differ")
    expected = {name: int(name == grows) + int(name == "all_agree") for name in names}
    assert {name: getattr(noise, name) for name in names} == expected
    assert noise.n == 2 - (grows is None)
    assert sum(b.n for b in noise.by_agreement) == noise.n
    assert noise.model_label + noise.against_label + noise.model_alone + noise.all_differ == noise.n


def test_without_votes_there_is_no_label_noise():
    assert Scoring(make_predictions(votes=False)).label_noise is None
    empty = np.zeros((1, 10), np.float32)
    assert measure_label_noise(np.array([0]), np.array([0]), empty, EMOTIONS) is None
