import numpy as np
import pytest

from fer_core.app.charts import shares_figure, timeline_figure
from fer_core.labels import COLORS, EMOTIONS
from tests.app.fakes import make_timeline


def test_timeline_has_a_named_row_and_the_colour_of_each_emotion() -> None:
    line = make_timeline()
    figure = timeline_figure(line.time_s, line.probs, now_s=line.time_s[-1])
    assert [trace.name for trace in figure.data] == list(EMOTIONS)
    assert [trace.line.color for trace in figure.data] == [COLORS[name] for name in EMOTIONS]
    assert list(figure.layout.yaxis.ticktext) == [name.capitalize() for name in EMOTIONS]
    assert tuple(figure.layout.xaxis.range) == (-60, 0)


def test_timeline_shows_the_last_minute_only_and_ends_now() -> None:
    line = make_timeline(200)
    x = np.asarray(timeline_figure(line.time_s, line.probs, now_s=line.time_s[-1]).data[0].x)
    assert x.max() == pytest.approx(0.0)
    assert -60.0 <= x.min() < -59.5


def test_rows_do_not_overlap() -> None:
    times, probs = np.arange(0, 5, 0.2), np.ones((25, 7))
    for row, trace in enumerate(timeline_figure(times, probs, now_s=5.0).data):
        base = 6 - row
        assert min(trace.y) == base
        assert base < max(trace.y) < base + 1


@pytest.mark.parametrize(
    ("times", "runs"),
    [([], 0), ([1.0, 1.2], 1), ([1.0, 1.2, 8.0, 8.2], 2)],
)
def test_a_gap_breaks_the_line(times: list[float], runs: int) -> None:
    figure = timeline_figure(times, np.full((len(times), 7), 1 / 7), now_s=9.0)
    assert len(figure.data) == 7 * runs


def test_seconds_without_a_face_leave_a_gap() -> None:
    line = make_timeline(10)
    probs = line.probs.copy()
    probs[15:35] = np.nan
    assert len(timeline_figure(line.time_s, probs, now_s=10.0).data) == 14


def test_shares_carry_one_decimal() -> None:
    figure = shares_figure([0.1, 0.05, 0.05, 0.6, 0.1, 0.05, 0.05])
    assert figure.data[0].text[3] == "60.0 %"
    assert list(figure.data[0].marker.color) == [COLORS[name] for name in EMOTIONS]
