"""Two models on the same images, in numbers and in words."""

from dataclasses import replace

import numpy as np
import pytest

from fer_core.errors import DataError
from fer_core.evaluation.comparison import McNemarResult, compare_predictions, describe_mcnemar
from fer_core.labels import EMOTIONS
from tests.evaluation.made import make_predictions


def test_images_are_matched_by_id_and_not_by_order():
    a = make_predictions(n=70, seed=1)
    back = np.arange(70)[::-1]
    b = replace(a, ids=a.ids[back], labels=a.labels[back], probs=a.probs[back])
    assert compare_predictions(a, b) == McNemarResult(0, 0, 1.0, 70)
    half = replace(a, ids=a.ids[:30], labels=a.labels[:30], probs=a.probs[:30])
    assert compare_predictions(a, half).n == 30


def test_only_classes_that_both_know_count():
    a = make_predictions(n=70)
    b = replace(a, classes=EMOTIONS[:5], probs=a.probs[:, :5])
    assert compare_predictions(a, b).n == 50


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"data_sha256": "x"}, "different data"), ({"ids": np.arange(70)}, "share no scored image")],
)
def test_what_cannot_be_compared(changes, words):
    a = make_predictions(n=70)
    with pytest.raises(DataError, match=words):
        compare_predictions(a, replace(a, **changes))


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (McNemarResult(605, 239, 1e-9, 3589), ("a is better than b", "less than 0.1 %")),
        (McNemarResult(10, 30, 0.002, 100), ("b is better than a", "in 0.2 % of cases")),
        (McNemarResult(12, 10, 0.83, 100), ("a is ahead of b, but chance", "in 83.0 % of cases")),
        (McNemarResult(5, 5, 1.0, 100), ("Neither is ahead.",)),
    ],
)
def test_in_words(result, words):
    text = describe_mcnemar("a", "b", result)
    assert [w for w in words if w not in text] == []
