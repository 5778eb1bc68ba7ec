"""All filters on one person: what each makes of the same frames."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from fer_core.analysis import AnalysisOptions
from fer_core.analysis.compare import FilterCourse, compare_filters
from fer_core.labels import EMOTIONS
from fer_core.temporal import FILTERS
from tests.analysis.conftest import Analysed


def test_each_filter_gives_its_own_course_of_the_person(analysed: Analysed) -> None:
    table, told = analysed.result(".parquet"), []
    courses = compare_filters(
        analysed.clip, table, 1, AnalysisOptions(), start_s=0.0, end_s=9.0, tell=told.append
    )
    assert list(courses) == list(FILTERS)
    rows = pq.read_table(table).to_pydict()
    plain = courses["plain"]
    np.testing.assert_allclose(plain.time_s, rows["time_s"], atol=2e-3)
    as_analysed = np.stack([rows[name] for name in EMOTIONS], axis=1)
    np.testing.assert_allclose(plain.probs, as_analysed, atol=2e-3)
    assert list(plain.labels) == rows["label"]
    for name, course in courses.items():
        assert course.time_s.tolist() == plain.time_s.tolist()
        np.testing.assert_allclose(course.probs.sum(axis=1), 1, atol=1e-5)
        assert (name == "plain") == np.allclose(course.probs, plain.probs, atol=1e-4)
    assert told == sorted(told)
    assert 0 < told[-1] <= 1


def test_a_span_in_the_middle(analysed: Analysed) -> None:
    courses = compare_filters(
        analysed.clip,
        analysed.result(".parquet"),
        1,
        AnalysisOptions(smooth_s=0.0),
        start_s=0.5,
        end_s=1.0,
    )
    assert courses["plain"].time_s == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9, 1.0])


@pytest.mark.parametrize(
    ("track_id", "start_s", "end_s"), [(7, 0.0, 2.0), (1, 30.0, 60.0)], ids=["nobody", "later"]
)
def test_who_is_not_seen_has_no_course(
    track_id: int, start_s: float, end_s: float, analysed: Analysed
) -> None:
    courses = compare_filters(
        analysed.clip,
        analysed.result(".parquet"),
        track_id,
        AnalysisOptions(),
        start_s=start_s,
        end_s=end_s,
    )
    assert [course.probs.shape for course in courses.values()] == [(0, 7)] * len(FILTERS)


def test_a_face_elsewhere_is_somebody_else(analysed: Analysed, tmp_path: Path) -> None:
    table = pq.read_table(analysed.result(".parquet")).to_pandas()
    for name in ("x1", "x2"):
        table[name] += 3 * (table["x2"] - table["x1"]).max()
    table.to_parquet(tmp_path / "moved.parquet")
    options = replace(AnalysisOptions(), smooth_s=0.1)
    courses = compare_filters(
        analysed.clip, tmp_path / "moved.parquet", 1, options, start_s=0.0, end_s=2.0
    )
    assert not len(courses["plain"].time_s)


def test_changes_of_the_label() -> None:
    labels = ("happy", "happy", "sad", "unsure", "sad")
    assert FilterCourse(np.arange(5.0), np.zeros((5, 7)), labels).changes == 3
    assert FilterCourse(np.zeros(0), np.zeros((0, 7)), ()).changes == 0
