"""The lines and the table beside the video."""

import math

import numpy as np
import pytest

from fer_core.app.parts.measures import affect_text, blink_text, measure_rows
from fer_core.labels import EMOTIONS
from fer_core.temporal.blinks import BlinkRates
from fer_core.types import MEASURES


def test_affect_in_a_line() -> None:
    probs = np.eye(7, dtype=np.float32)[EMOTIONS.index("sad")]
    assert affect_text(probs) == "Valence -1.00 · pleasure -0.63 · arousal -0.27"


@pytest.mark.parametrize(
    ("rates", "text"),
    [
        (BlinkRates(), "Blinks: known after ten seconds with open eyes in view"),
        (
            BlinkRates(17.6, 0.21, 0.062),
            "18 blinks a minute · 210 ms each · eyes closed 6.2 % of the last minute",
        ),
        (
            BlinkRates(0.0, math.nan, 0.0),
            "0 blinks a minute · eyes closed 0.0 % of the last minute",
        ),
    ],
)
def test_blinks_in_a_line(rates: BlinkRates, text: str) -> None:
    assert blink_text(rates) == text


def test_measures_right_and_left_apart() -> None:
    values = np.arange(len(MEASURES), dtype=np.float32) / 10
    rows = {row["measure"]: (row["right"], row["left"]) for row in measure_rows(values)}
    assert rows["Brow height"] == ("0.00", "0.10")
    assert rows["Jaw drop"] == ("0.80", "0.80")
    assert len(rows) == 8
    assert measure_rows(np.full(len(MEASURES), np.nan, np.float32)) == []
