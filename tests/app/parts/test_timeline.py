import numpy as np
import pytest

from fer_core.app.parts.timeline import timeline_data
from fer_core.labels import COLORS, EMOTIONS
from tests.app.fakes import make_timeline


def test_a_named_row_in_the_colour_of_each_emotion() -> None:
    line = make_timeline(10)
    data = timeline_data(line.time_s, line.probs, now_s=9.8, span_s=60, alt="a course")
    assert [row["name"] for row in data["rows"]] == list(EMOTIONS)
    assert [row["color"] for row in data["rows"]] == [COLORS[name] for name in EMOTIONS]
    assert {y for _, y in data["rows"][3]["runs"][0]} == {0.88}
    assert data["ticks"] == ["−60 s", "−45 s", "−30 s", "−15 s", "now"]
    assert data["seconds"] == 9.8


def test_only_the_span_is_shown_and_it_ends_now() -> None:
    line = make_timeline(200)
    now_s = float(line.time_s[-1])
    data = timeline_data(line.time_s, line.probs, now_s=now_s, span_s=60, alt="")
    x = [point[0] for point in data["rows"][0]["runs"][0]]
    assert (x[0], x[-1]) == (pytest.approx(0.0, abs=0.004), 1.0)
    assert x == sorted(x)


@pytest.mark.parametrize(
    ("times", "runs"),
    [([], []), ([5.0], [1]), ([1.0, 1.2], [2]), ([1.0, 1.2, 8.0, 8.2, 8.4], [2, 3])],
)
def test_a_gap_breaks_the_area(times: list[float], runs: list[int]) -> None:
    data = timeline_data(times, np.full((len(times), 7), 1 / 7), now_s=9.0, span_s=60, alt="")
    assert [len(run) for run in data["rows"][6]["runs"]] == runs


def test_seconds_without_a_face_leave_a_gap() -> None:
    line = make_timeline(10)
    probs = line.probs.copy()
    probs[15:35] = np.nan
    data = timeline_data(line.time_s, probs, now_s=10.0, span_s=60, alt="")
    assert [len(run) for run in data["rows"][0]["runs"]] == [15, 15]


def test_a_finished_session_counts_from_its_start() -> None:
    data = timeline_data(
        [1.0, 2.0], np.full((2, 7), 1 / 7), now_s=8, span_s=8, alt="", from_start=True
    )
    assert data["ticks"] == ["0 s", "2 s", "4 s", "6 s", "8 s"]
    assert [x for x, _ in data["rows"][0]["runs"][0]] == [0.125, 0.25]


def test_the_numbers_stand_behind_the_rows() -> None:
    probs = np.tile(np.eye(7)[3], (2, 1))
    data = timeline_data([1.0, 2.0], probs, now_s=8.0, span_s=8.0, alt="", from_start=True)
    assert data["table"]["heads"] == ["0 s to 2 s", "2 s to 4 s", "4 s to 6 s", "6 s to 8 s"]
    assert data["table"]["rows"][3] == ["100.0 %", "100.0 %", "no face", "no face"]
