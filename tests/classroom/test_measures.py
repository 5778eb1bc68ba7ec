"""Measures of faces and of groups, by table and by property."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.classroom.measures import (
    CONCENTRATION,
    EMOTION_WEIGHTS,
    EYES_OPEN,
    FACING,
    MEASURES,
    WIDTH,
    figures_of,
    mean_over_people,
    measure_faces,
    round_tenths,
    weigh_gaze,
)
from fer_core.labels import EMOTIONS
from tests.classroom.frames import frame

NAN = float("nan")


def test_the_weights_are_those_of_the_index() -> None:
    assert set(EMOTION_WEIGHTS) == set(EMOTIONS)
    assert EMOTION_WEIGHTS["neutral"] * 5 / 4.5 == pytest.approx(1.0), "the highest there is"


@pytest.mark.parametrize(
    ("emotion", "yaw", "pitch", "wide", "facing", "eyes_open", "index"),
    [
        ("neutral", 0, 0, 1.0, 1, 1, 0.9 * 5 / 4.5),
        ("neutral", 25, -25, 0.5, 1, 1, 1.0),
        ("neutral", 26, 0, 1.0, 0, 1, 0.9 * 2 / 4.5),
        ("happy", 0, -30, 0.9, 0, 1, 0.6 * 2 / 4.5),
        ("sad", 0, 0, 0.4, 1, 0, 0.3 * 1.5 / 4.5),
        ("surprise", -40, 0, 0.3, 0, 0, 0.6 * 1.5 / 4.5),
        ("disgust", 0, 0, 1.0, 1, 1, 0.2 * 5 / 4.5),
        ("angry", 0, 0, 0.2, 1, 0, 0.0),
        ("fear", NAN, NAN, 1.0, NAN, 1, NAN),
        ("fear", 0, 0, NAN, 1, NAN, NAN),
    ],
)
def test_one_face(
    emotion: str,
    yaw: float,
    pitch: float,
    wide: float,
    facing: float,
    eyes_open: float,
    index: float,
) -> None:
    row = measure_faces(frame((emotion, yaw, pitch, wide)))[0]
    np.testing.assert_allclose(row[FACING], facing)
    np.testing.assert_allclose(row[EYES_OPEN], eyes_open)
    np.testing.assert_allclose(row[CONCENTRATION], index)
    assert row[EMOTIONS.index(emotion)] == pytest.approx(0.76)


def test_no_face_gives_no_row() -> None:
    assert measure_faces(frame()).shape == (0, WIDTH)
    assert weigh_gaze(np.zeros(0), np.zeros(0)).shape == (0,)


rows = arrays(
    np.float64,
    st.tuples(st.integers(0, 9), st.just(WIDTH)),
    elements=st.one_of(st.floats(0, 1), st.just(NAN)),
)


@given(rows, st.integers(1, 6), st.randoms(use_true_random=False))
def test_a_groups_figures(table: np.ndarray, k: int, random: object) -> None:
    figures = figures_of(table, k)
    assert (figures is None) == (len(table) < k)
    if figures is None:
        return
    order = list(range(len(table)))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = figures_of(table[order], k)
    assert again is not None
    np.testing.assert_allclose(figures.values, again.values, atol=0.1000001)
    for column in range(WIDTH):
        measured = int(np.isfinite(table[:, column]).sum())
        assert (figures.share(column) is None) == (measured < k), MEASURES[column]
    known = figures.values[np.isfinite(figures.values)]
    assert ((known >= 0) & (known <= 1)).all()
    assert np.allclose(known * 10, np.round(known * 10)), "tenths"


def test_means_are_over_people_that_have_the_measure() -> None:
    table = np.full((3, WIDTH), 0.5)
    table[:, FACING] = [1, 0, NAN]
    means = mean_over_people(table, 2)
    assert means[FACING] == 0.5
    assert np.isnan(mean_over_people(table, 3)[FACING])
    assert mean_over_people(table, 3)[EYES_OPEN] == 0.5


@pytest.mark.parametrize(
    ("value", "tenth"), [(0.0, 0.0), (0.049, 0.0), (0.05, 0.1), (0.25, 0.3), (0.95, 1.0), (1, 1)]
)
def test_tenths(value: float, tenth: float) -> None:
    assert round_tenths(np.array([value]))[0] == tenth
