"""Names, courses and numbers as the page shows them."""

import numpy as np
import pytest

from fer_core.analysis import Outcome
from fer_core.app.analyse.course import course
from fer_core.app.analyse.filters import span_around
from fer_core.app.analyse.page import _plain_name, _stems
from fer_core.app.analyse.results import fitting_outputs
from fer_core.app.analyse.video import ratio_text
from fer_core.app.parts.timeline import clock_text, timeline_data


def test_more_files_do_not_take_the_names_of_earlier_ones() -> None:
    assert _stems({"/x/1.mp4": "clip.mp4"}, ["clip", "clip-2"]) == {"/x/1.mp4": "clip-3"}


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        ("picture", [".html", ".csv", ".json"]),
        ("video", [".html", ".csv", ".vtt", ".eaf", ".json"]),
    ],
)
def test_only_files_that_fit_are_offered_the_report_first(kind: str, ends: list[str]) -> None:
    made = Outcome("a", "a", "done", outputs=("a.csv", "a.eaf", "a.html", "a.json", "a.vtt"))
    assert fitting_outputs(made, kind) == [f"a{end}" for end in ends]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("clip.mp4", "clip.mp4"),
        ("../../etc/passwd", "passwd"),
        ("a\nb<script>.mp4", "a_nb_script_.mp4"),
        ("..", ".."),
        ("", "file"),
    ],
)
def test_names_of_uploads(name: str, shown: str) -> None:
    assert _plain_name(name) == shown


def test_two_uploads_of_one_name() -> None:
    assert _stems({"/x/0.mp4": "clip.mp4", "/x/1.mp4": "clip.mp4"}) == {
        "/x/0.mp4": "clip",
        "/x/1.mp4": "clip-2",
    }


def test_a_long_course_is_averaged() -> None:
    length = 7200
    seconds = {
        "track_id": [1] * length + [2],
        "time_s": [float(s) for s in range(length)] + [0.0],
        "valid_s": [1.0, 0.5] * (length // 2) + [1.0],
        "probs": [[0, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0]] * (length // 2) + [[1] + [0] * 6],
    }
    times, probs, step_s = course({"duration_s": 7200.0, "seconds": seconds}, 1)
    assert step_s == 8.0
    assert len(times) == 900
    np.testing.assert_allclose(probs[:, 3], 2 / 3)
    np.testing.assert_allclose(probs.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (125, "2:05"), (3725.4, "1:02:05"), (59.6, "1:00")]
)
def test_clock_text(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


def test_the_mark_of_the_timeline() -> None:
    data = timeline_data(
        [0.5], [[1 / 7] * 7], now_s=200, span_s=200, alt="", from_start=True, mark_s=50
    )
    assert data["mark"] == 0.25
    assert data["ticks"] == ["0:00", "0:50", "1:40", "2:30", "3:20"]


@pytest.mark.parametrize(
    ("at_s", "end_s", "span"),
    [(0.0, 5.0, (0.0, 5.0)), (3.0, 90.0, (0.0, 20.0)), (50.0, 90.0, (40.0, 60.0))]
    + [(89.0, 90.0, (70.0, 90.0))],
)
def test_the_span_that_filters_are_compared_on(
    at_s: float, end_s: float, span: tuple[float, float]
) -> None:
    assert span_around(at_s, end_s) == span


def test_ratio_text() -> None:
    ratio = {"value": 0.5, "low": 0.41, "high": 0.6, "coverage": 0.9, "valid_s": 60.0}
    assert ratio_text(ratio) == ("50.0 %", "41.0 to 60.0 %, seen 90.0 % of the time")
    assert ratio_text(ratio | {"low": None})[1].startswith("too short")
    assert ratio_text(ratio | {"value": None}) == ("–", "too short to tell")
