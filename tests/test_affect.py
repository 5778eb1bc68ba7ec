"""Valence and the circumplex, from probabilities."""

import numpy as np
import pytest

from fer_core.affect import AFFECT, PLACES, affect_of, circumplex_of, valence_of
from fer_core.labels import EMOTIONS


def _mix(**shares: float) -> np.ndarray:
    return np.array([shares.get(name, 0.0) for name in EMOTIONS])


@pytest.mark.parametrize(
    ("shares", "valence"),
    [
        ({"happy": 1.0}, 1.0),
        ({"neutral": 1.0}, 0.0),
        ({"surprise": 1.0}, 0.0),
        ({"angry": 1.0}, -1.0),
        # the strongest negative counts, not their sum
        ({"happy": 0.4, "sad": 0.3, "fear": 0.2, "disgust": 0.1}, 0.1),
        ({"happy": 0.1, "angry": 0.2, "neutral": 0.7}, -0.1),
    ],
)
def test_valence_is_happy_minus_the_strongest_negative(
    shares: dict[str, float], valence: float
) -> None:
    assert valence_of(_mix(**shares)) == pytest.approx(valence)


@pytest.mark.parametrize("name", EMOTIONS)
def test_a_pure_expression_lies_where_people_rated_its_word(name: str) -> None:
    assert circumplex_of(_mix(**{name: 1.0})) == pytest.approx(PLACES[name])


def test_a_mix_lies_between_and_rows_are_independent() -> None:
    rows = np.stack([_mix(happy=0.5, neutral=0.5), _mix(sad=1.0)])
    assert circumplex_of(rows) == pytest.approx(np.array([[0.405, 0.255], [-0.63, -0.27]]))
    assert valence_of(rows) == pytest.approx(np.array([0.5, -1.0]))
    assert affect_of(rows[0]) == {"valence": 0.5, "pleasure": 0.405, "arousal": 0.255}
    assert tuple(affect_of(rows[0])) == AFFECT
