"""Marks on the Analyse page: tables to marks and back; a real video marked and made again."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.analysis.markup import Marker, Markup, NeutralSpan, Span
from fer_core.app.analyse.desk import AnalyseDesk
from fer_core.app.analyse.mark_rows import markup_from, people_rows, timeline_marks
from fer_core.app.analyse.marks import playing_at
from fer_core.app.parts.player import PlayerReport
from fer_core.errors import InputError
from fer_core.files import read_object
from tests.analysis.clips import write_video
from tests.app.analyse.conftest import open_page
from tests.app.pages import texts
from tests.clock import wait_until

MARKS = Markup(
    merges=((3, 1),), names=((1, "Anna"),), dropped=(2,), neutral=(NeutralSpan(1, 0.5, 2.0),)
)
DOCUMENT: dict[str, Any] = {"people": [{"track_id": 1, "seen_s": 4.0}]}


def test_people_go_to_the_table_and_back() -> None:
    rows = people_rows(DOCUMENT, MARKS)
    assert [row["track"] for row in rows] == [1, 2, 3]
    assert markup_from(0.0, None, [], [], rows) == MARKS


def test_rows_become_marks_and_empty_ones_nothing() -> None:
    spans = [
        {"from, s": 1.0, "to, s": 2, "condition": " film  A ", "group": None, "leave out": False},
        {"from, s": None, "to, s": None, "condition": "", "group": "", "leave out": False},
    ]
    markers = [{"time, s": 1.5, "text": "laughs"}, {"time, s": None, "text": ""}]
    assert markup_from(0.5, 9.0, spans, markers, []) == Markup(
        0.5, 9.0, (Span(1.0, 2.0, "film A"),), (Marker(1.5, "laughs"),)
    )


def test_half_a_span_is_a_sentence() -> None:
    with pytest.raises(InputError, match="needs a beginning and an end"):
        markup_from(0.0, None, [{"from, s": 1.0, "to, s": None}], [], [])


@pytest.mark.parametrize(
    ("plays", "ended", "at_s"), [(True, False, 4.5), (False, False, 3.0), (True, True, 3.0)]
)
def test_a_marker_stands_where_the_player_is(plays: bool, ended: bool, at_s: float) -> None:
    report = PlayerReport(1, 100.0, 3.0, plays, ended)
    assert playing_at(report, heard_at=10.0, now=11.5) == pytest.approx(at_s)


def test_the_timeline_shows_spans_and_markers_within_the_video() -> None:
    marks = Markup(
        spans=(Span(1, 2, "A"), Span(3, 99, exclude=True), Span(50, 60)),
        markers=(Marker(2, "m"), Marker(50, "late")),
    )
    assert timeline_marks(marks, 4.0) == [
        {"from": 0.25, "to": 0.5, "text": "A", "out": False},
        {"from": 0.75, "to": 1.0, "text": "left out", "out": True},
        {"from": 0.5, "to": None, "text": "m", "out": False},
    ]


def analysed_page(tmp_path: Path) -> tuple[AppTest, AnalyseDesk]:
    clip = write_video(tmp_path / "clip.mp4", frames=25)
    app = open_page()
    app.file_uploader[0].set_value([("clip.mp4", clip.read_bytes(), "video/mp4")])
    app.run()
    app.button(key="analyse").click().run()
    desk: AnalyseDesk = app.session_state["analyse-desk"]
    job = desk.job
    assert job is not None
    wait_until(lambda: not job.is_running, 120)
    app.run()
    assert not app.exception, app.exception
    return app, desk


def test_marks_are_set_applied_and_taken_back(tmp_path: Path) -> None:
    app, desk = analysed_page(tmp_path)
    assert "A face can be used in" in texts(app)
    app.slider(key="at-clip").set_value(1.5).run()
    app.text_input(key="marks-clip-text").set_value("laughs").run()
    app.button(key="marks-clip-set").click().run()
    assert not app.exception, app.exception
    app.number_input(key="marks-clip-1-from").set_value(0.5).run()
    app.button(key="marks-clip-apply").click().run()
    assert not app.exception, app.exception
    markup = read_object(desk.results / "clip.json")["options"]["markup"]
    assert markup["from_s"] == 0.5
    assert markup["markers"] == [{"time_s": 1.5, "text": "laughs"}]
    assert "Marks (JSON)" in [b.proto.label for b in app.get("download_button")]

    app.number_input(key="marks-clip-2-to").set_value(0.2).run()
    app.button(key="marks-clip-apply").click().run()
    assert "A span must begin" in app.error[0].value

    app.button(key="marks-clip-undo").click().run()
    assert not app.exception, app.exception
    assert read_object(desk.results / "clip.json")["options"]["markup"] is None
    assert not (desk.results / "clip.spans.json").exists()
    desk.clear()
