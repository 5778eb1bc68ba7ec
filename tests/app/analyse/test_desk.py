"""A visitor's desk: how long it stays, who finds it again, and what goes with it."""

import threading
from pathlib import Path

import pytest

from fer_core.analysis.job import JobPhase
from fer_core.app.analyse import desk as analyse_desk
from fer_core.app.analyse.desk import GRACE_S, KEEP_S, AnalyseDesk, Desks
from tests.app.analyse.conftest import FakeRun, make_job, open_page
from tests.clock import Clock, wait_until


@pytest.mark.parametrize(
    ("left_for_s", "unused_for_s", "is_due"),
    [(None, KEEP_S - 1, False), (None, KEEP_S, True), (GRACE_S - 1, 0, False)]
    + [(GRACE_S + 1, 0, True)],
)
def test_when_a_desk_goes(left_for_s: float | None, unused_for_s: float, is_due: bool) -> None:
    clock = Clock()
    desk = AnalyseDesk(clock)
    try:
        clock.now_s += unused_for_s
        if left_for_s is not None:
            desk.leave()
            clock.now_s += left_for_s
        assert desk.is_due is is_due
        desk.stay()
        assert desk.is_due is (unused_for_s >= KEEP_S)
    finally:
        desk.clear()


def test_a_desk_with_an_analysis_stays_for_an_hour_after_it(
    tmp_path: Path, fake_run: FakeRun
) -> None:
    clock = Clock()
    desk = AnalyseDesk(clock)
    desk.job = make_job(tmp_path, threading.Semaphore(1), clock)
    desk.job.start()
    clock.now_s += 5 * KEEP_S
    assert not desk.is_due
    fake_run.go_on.set()
    wait_until(lambda: not desk.job.is_running)  # type: ignore[union-attr]
    clock.now_s += KEEP_S - 1
    assert not desk.is_due
    clock.now_s += 2
    assert desk.is_due
    desk.clear()
    assert not desk.folder.exists()


def test_a_browser_finds_its_desk_again_for_an_hour() -> None:
    """A phone that slept for minutes, or a page that was loaded anew, is another session."""
    desks = Desks()
    mine, other = desks.open("a browser"), desks.open()
    clock = mine._clock = Clock()
    mine.touch()
    mine.leave()
    clock.now_s += KEEP_S - 1
    desks.sweep()
    assert desks.find("a browser") is mine
    assert desks.find("another") is None
    assert desks.find("") is None, "what tells no browser from others finds nobody's"
    clock.now_s += 2
    desks.sweep()
    assert desks.find("a browser") is None
    assert not mine.folder.exists()
    other.clear()
    desks.close()


def test_results_are_found_again_by_a_new_session(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(analyse_desk, "browser_of", lambda cookies: "a browser")
    first = open_page()
    desk: AnalyseDesk = first.session_state["analyse-desk"]
    again = open_page()
    assert again.session_state["analyse-desk"] is desk
    monkeypatch.setattr(analyse_desk, "browser_of", lambda cookies: "another")
    assert open_page().session_state["analyse-desk"] is not desk


def test_sweeping_removes_files_and_ends_the_analysis(
    tmp_path: Path, fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyse_desk, "GRACE_S", -1.0)
    desks = Desks()
    gone, kept = desks.open(), desks.open()
    (gone.uploads / "face.jpg").write_bytes(b"x")
    gone.job = make_job(tmp_path, threading.Semaphore(1))
    gone.job.start()
    gone.leave()
    desks.sweep()
    assert not gone.folder.exists()
    assert gone.is_cleared
    assert gone.job.state().phase is JobPhase.CANCELLED
    assert kept.folder.exists()
    assert kept.folder.stat().st_mode & 0o077 == 0, "for this user only"
    desks.close()
    assert not kept.folder.exists()
