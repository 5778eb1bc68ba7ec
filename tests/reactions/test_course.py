"""The clip's time, viewers laid over each other, and the tables of both."""

import csv
import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fer_core.labels import EMOTIONS
from fer_core.reactions import Heard, Mark, ReactionCourse, course_of, marks_of, overlay
from fer_core.reactions.export import course_rows, overlay_rows, to_csv, to_json, to_parquet
from fer_core.types import EmotionSample


def sample(second: float, emotion: int, track_id: int = 1, valid_s: float = 1.0) -> EmotionSample:
    return EmotionSample(second, 1.0, track_id, np.eye(7, dtype=np.float32)[emotion], valid_s)


def tops(course: ReactionCourse) -> list[int | None]:
    return [None if np.isnan(row[0]) else int(row.argmax()) for row in course.probs]


SAMPLES = [sample(float(t), t % 7) for t in range(20)]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        pytest.param([Mark(3, 0, True), Mark(7, 4, False)], [3, 4, 5, 6], id="once"),
        pytest.param(
            [Mark(2, 0, True), Mark(4, 2, False), Mark(9, 2, True), Mark(11, 4, False)],
            [2, 3, 2, 3],
            id="paused",
        ),
        pytest.param([Mark(2, 2, True), Mark(4, 4, False)], [None, None, 2, 3], id="jumped"),
        pytest.param([Mark(0, 0, False)], [None] * 4, id="never"),
        pytest.param([], [None] * 4, id="silent"),
        pytest.param([Mark(1, 0, True)], [1, 2, 3, 4], id="no end told"),
    ],
)
def test_seconds_of_the_stream_come_onto_the_clips_time(
    marks: list[Mark], expected: list[int | None]
) -> None:
    course = course_of(SAMPLES, marks, 4.0)
    assert tops(course) == expected
    assert course.coverage == pytest.approx(sum(e is not None for e in expected) / 4)


def test_a_start_between_two_seconds_is_shared_out() -> None:
    course = course_of(SAMPLES, [Mark(1.5, 0, True), Mark(3.5, 2, False)], 2.0)
    np.testing.assert_allclose(course.probs[0, [1, 2]], [0.5, 0.5])
    np.testing.assert_allclose(course.valid_s, [1, 1])


def test_a_report_that_came_late_shifts_nothing() -> None:
    """The first report took two seconds longer than the second, which came at once."""
    heard = [Heard(5.0, 100.0, 0.0, True), Heard(6.0, 103.0, 3.0, True)]
    assert marks_of(heard) == [Mark(3.0, 0.0, True), Mark(6.0, 3.0, True)]
    assert marks_of([]) == []


def test_what_played_twice_is_averaged_and_only_the_viewer_counts() -> None:
    seen = [sample(0, 3), sample(1, 4), sample(2, 3), sample(0, 0, track_id=2, valid_s=0.5)]
    marks = [Mark(0, 0, True), Mark(1, 0, True), Mark(2, 1, False)]
    course = course_of(seen, marks, 1.0)
    np.testing.assert_allclose(course.probs[0, [0, 3, 4]], [0, 0.5, 0.5])
    assert course.valid_s[0] == 1


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(
            [sample(0, 3), sample(1, 3), sample(3, 5, 2)], [3, 3, None, 5], id="after a while"
        ),
        pytest.param(
            [sample(0, 3), sample(1, 3, 1, 0.6), sample(1, 5, 2, 0.4), sample(2, 5, 2)],
            [3, 3, 5, None],
            id="within a second",
        ),
        pytest.param(
            [sample(0, 3), sample(1, 3), sample(1, 5, 2, 0.4), sample(2, 5, 2, 0.9)],
            [3, 3, None, None],
            id="sat beside them",
        ),
    ],
)
def test_a_viewer_who_looked_away_is_the_same_viewer(
    seen: list[EmotionSample], expected: list[int | None]
) -> None:
    assert tops(course_of(seen, [Mark(0, 0, True), Mark(4, 4, False)], 4.0)) == expected


@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0, 20), st.booleans()), max_size=12),
    st.floats(0.1, 12),
)
@example([(0.0, 0.0, True), (1e-64, 0.0, False)], 1.0)  # less than float32 holds
def test_any_marks_give_probabilities(
    marks: list[tuple[float, float, bool]], length: float
) -> None:
    course = course_of(SAMPLES, [Mark(*mark) for mark in sorted(marks)], length)
    seen = course.valid_s > 0
    assert course.probs.shape == (int(np.ceil(length)), 7)
    np.testing.assert_allclose(course.probs[seen].sum(axis=1), 1)
    assert np.isnan(course.probs[~seen]).all()
    assert (course.valid_s <= 1).all()


def made(count: int, seconds: int = 3) -> list[ReactionCourse]:
    rng = np.random.default_rng(1)
    rows = rng.dirichlet(np.ones(7), (count, seconds))
    return [ReactionCourse(one, np.ones(seconds)) for one in rows]


@pytest.mark.parametrize(
    ("given_", "viewers"), [(0, None), (4, None), (5, 5), (6, 5), (9, 5), (10, 10)]
)
def test_viewers_count_in_full_groups(given_: int, viewers: int | None) -> None:
    both = overlay(made(given_), 5)
    assert (both.viewers if both else None) == viewers
    if both is not None:
        first = overlay(made(given_)[:viewers], 5)
        assert first is not None
        np.testing.assert_array_equal(both.mean, first.mean)
        assert ((both.low <= both.mean + 0.5) & (both.low <= both.high)).all()


def test_a_group_of_which_one_is_gone_is_withheld() -> None:
    courses: list[ReactionCourse | None] = [*made(12)]
    second = overlay(courses[5:10], 5)
    courses[1] = None
    both = overlay(courses, 5)
    assert both is not None
    assert second is not None
    assert both.viewers == 5
    np.testing.assert_array_equal(both.mean, second.mean)
    courses[9] = None
    assert overlay(courses, 5) is None


def test_a_second_that_too_few_saw_is_empty() -> None:
    courses = made(5)
    courses[2].probs[1] = np.nan
    both = overlay(courses, 5)
    assert both is not None
    assert np.isnan(both.mean[1]).all()
    assert both.seen.tolist() == [5, 0, 5]
    rows = overlay_rows(both)
    assert rows[1]["happy"] is None
    assert set(rows[0]) == {"time_s", "viewers"} | {
        f"{name}{end}" for name in EMOTIONS for end in ("", "_low", "_high")
    }


def test_files_say_the_same() -> None:
    course = made(1)[0]
    course.probs[2] = np.nan
    rows = course_rows(course)
    read = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert to_csv([row | {"model": "+\u00fc"} for row in rows]).startswith("\ufefftime_s,")
    assert ",'+\u00fc\n" in to_csv([row | {"model": "+\u00fc"} for row in rows])
    assert [row["happy"] for row in read] == [*(str(row["happy"]) for row in rows[:2]), ""]
    document = json.loads(to_json(rows, clip="Advert"))
    assert (document["clip"], document["seconds"]) == ("Advert", rows)
    assert pq.read_table(io.BytesIO(to_parquet(rows))).to_pylist() == rows
