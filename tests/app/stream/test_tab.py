"""A tab that comes back finds what it left, and nobody else does."""

import pytest

from fer_core.app.stream import messages as m
from fer_core.app.stream import visit as visit_module
from fer_core.app.stream.camera import CameraReport
from fer_core.app.stream.tab import KEEP_S, LeftVisits, take_over
from fer_core.app.stream.visit import Phase, Visit
from fer_core.streaming import Admission
from tests.app.fakes import NO_FRAME, FakeSession
from tests.clock import Clock


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> FakeSession:
    fake = FakeSession()
    monkeypatch.setattr(visit_module, "LiveSession", lambda *_, **__: fake)
    return fake


def streaming(admission: Admission) -> Visit:
    visit = Visit(chosen_camera="back")
    visit.start(admission, lambda: pytest.fail("not here"))
    visit.take_report(CameraReport(1, "ok", "back"))
    return visit


def test_a_page_that_is_loaded_anew_has_the_results_and_the_place(session: FakeSession) -> None:
    admission, visit = Admission(1), Visit()
    left = streaming(admission)
    assert take_over(visit, left)
    assert (visit.phase, visit.message) == (Phase.DONE, m.CAME_BACK)
    assert visit.results is not None
    assert visit.results.samples == session.recorded
    assert visit.chosen_camera == "back"
    assert session.is_closed
    visit.start(admission, lambda: pytest.fail("not here"))
    assert visit.phase is Phase.ASKING
    assert not visit.take_report(CameraReport(1, "ok")), "said to the page before"


def test_what_showed_nothing_yet_is_said(session: FakeSession) -> None:
    session.current = NO_FRAME
    visit = Visit()
    assert take_over(visit, streaming(Admission(1)))
    assert (visit.phase, visit.message) == (Phase.READY, m.CAME_BACK_EMPTY)


def test_who_has_begun_anew_is_not_disturbed(session: FakeSession) -> None:
    admission = Admission(2)
    left, visit = streaming(admission), streaming(admission)
    assert not take_over(visit, left)
    assert visit.phase is Phase.RUNNING
    assert admission.free == 1


def test_only_the_same_tab_and_stream_find_it() -> None:
    left = LeftVisits()
    mine, next_one = Visit(), Visit()
    assert left.note(mine, tab="a", key="live") is None
    assert left.note(next_one, tab="b", key="live") is None
    assert left.note(next_one, tab="a", key="wellbeing") is None
    assert left.note(next_one, tab="", key="live") is None
    assert left.note(mine, tab="a", key="live") is None
    assert left.note(next_one, tab="a", key="live") is mine


def test_what_no_page_holds_is_let_go_after_a_while() -> None:
    clock = Clock()
    left = LeftVisits(clock)
    left.note(Visit(), tab="a", key="live")
    left.note(Visit(), tab="b", key="live")
    clock.now_s += KEEP_S - 1
    left.note(others := Visit(), tab="c", key="live")
    assert left.note(Visit(), tab="a", key="live") is not None
    clock.now_s += 2
    left.note(others, tab="c", key="live")
    assert left.note(Visit(), tab="b", key="live") is None
