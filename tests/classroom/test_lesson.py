"""A lesson's lines, its summary per marker and its files."""

import csv
import io

import numpy as np
import pytest

from fer_core.classroom.demo import LENGTH_S, MARKERS, PEOPLE, make_demonstration
from fer_core.classroom.lesson import (
    BEFORE,
    Lesson,
    seconds_csv,
    summarise,
    summary_csv,
    top_expression,
)
from fer_core.classroom.measures import FACING, WIDTH


def lesson(*parts: tuple[int, int, float], people: int = 6) -> Lesson:
    """Seconds of (first, last, share of everything)."""
    times = [t for first, last, _ in parts for t in range(first, last + 1)]
    values = [share for first, last, share in parts for _ in range(first, last + 1)]
    return Lesson(
        np.array(times, np.int64),
        np.full(len(times), people, np.int64),
        np.repeat(np.array(values), WIDTH).reshape(len(times), WIDTH),
    )


def test_the_summary_goes_from_marker_to_marker() -> None:
    whole = lesson((100, 109, 0.2), (110, 129, 0.6), (150, 159, 1.0))
    parts = summarise(whole, [(110, "one"), (140, "two"), (158, "three")], start_s=90, end_s=170)
    told = [(p.label, p.start_s, p.end_s, p.shown_s, p.mean[FACING]) for p in parts]
    assert told == [
        (BEFORE, 90, 110, 10, 0.2),
        ("one", 110, 140, 20, 0.6),
        ("two", 140, 158, 8, 1.0),
        ("three", 158, 170, 2, 1.0),
    ]
    assert [p.fewest for p in parts] == [6, 6, 6, 6]


def test_a_part_without_figures_has_none() -> None:
    parts = summarise(lesson(), [], start_s=5, end_s=9)
    assert [(p.label, p.shown_s, p.fewest) for p in parts] == [(BEFORE, 0, 0)]
    assert np.isnan(parts[0].mean).all()
    assert top_expression(parts[0].mean) is None
    assert lesson().lines()[1].shape == (0, WIDTH)


@pytest.mark.parametrize(("shares", "best"), [((0.1, 0.5), 1), ((0.4, 0.4), None), ((0.6, 0), 0)])
def test_the_most_frequent_expression(shares: tuple[float, float], best: int | None) -> None:
    assert top_expression(np.array([*shares, *[0.0] * 8])) == best


def test_lines_have_gaps_and_a_bounded_number_of_points() -> None:
    times, values = lesson((0, 9, 0.5), (30, 39, 0.7)).lines()
    assert len(times) == 21
    assert np.isnan(values[10]).all()
    times, values = lesson((0, 2699, 0.4), (2700, 5399, 0.6)).lines()
    assert 100 < len(times) <= 151
    assert values[0] == pytest.approx(0.4)
    assert values[-1] == pytest.approx(0.6)
    assert (np.diff(times) > 0).all()


def test_later_seconds_replace_and_go_on() -> None:
    both = lesson((0, 9, 0.1)).then(lesson((8, 12, 0.9)))
    assert both.times_s.tolist() == list(range(13))
    assert both.values[8, 0] == 0.9
    assert both.then(lesson()) is both


def test_the_files_hold_what_was_shown_and_no_formula() -> None:
    whole = lesson((100, 101, 0.5))
    marks = [(101, "=1+1")]
    rows = list(csv.DictReader(io.StringIO(seconds_csv(whole, marks, start_s=100))))
    assert [(r["second"], r["people"], r["facing"], r["marker"]) for r in rows] == [
        ("0", "6", "0.5", ""),
        ("1", "", "", "'=1+1"),
        ("1", "6", "0.5", ""),
    ]
    assert rows[0]["time"] == "1970-01-01T00:01:40Z"
    parts = summarise(whole, marks, start_s=100, end_s=102)
    found = list(csv.DictReader(io.StringIO(summary_csv(parts))))
    assert [(r["marker"], r["seconds_shown"], r["happy"]) for r in found] == [
        (BEFORE, "1", "0.5"),
        ("'=1+1", "1", "0.5"),
    ]


def test_the_demonstration_is_always_the_same_lesson() -> None:
    shown = make_demonstration(1000)
    assert [(at_s - 1000, label) for at_s, label in shown.markers] == list(MARKERS)
    assert set(shown.lesson.people) == {PEOPLE}
    assert LENGTH_S - 60 < len(shown.lesson) < LENGTH_S
    parts = summarise(shown.lesson, shown.markers, start_s=1000, end_s=1000 + LENGTH_S)
    facing = [part.mean[FACING] for part in parts]
    assert facing[1] > facing[2], "the explanation is followed more than the exercise"
    make_demonstration.cache_clear()
    assert (make_demonstration(1000).lesson.values == shown.lesson.values).all()


def test_the_files_say_which_model_it_was() -> None:
    whole, model = lesson((100, 101, 0.5)), "mien, version 1, b9c7d395ba67"
    parts = summarise(whole, [], start_s=100, end_s=102)
    for text in (seconds_csv(whole, [], start_s=100, model=model), summary_csv(parts, model=model)):
        assert {row["model_at_opening"] for row in csv.DictReader(io.StringIO(text))} == {model}
