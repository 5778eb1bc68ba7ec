"""The Analyse page: its parts with fakes, and the page as Streamlit runs it with a real upload."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.analysis import AnalysisOptions, Outcome, Progress, Task
from fer_core.analysis import job as analyse_job
from fer_core.analysis.job import AnalysisJob, JobPhase, JobState
from fer_core.app.analyse import desk as analyse_desk
from fer_core.app.analyse.course import course
from fer_core.app.analyse.desk import GRACE_S, KEEP_S, AnalyseDesk, Desks
from fer_core.app.analyse.drawn import faces_at
from fer_core.app.analyse.filters import span_around
from fer_core.app.analyse.page import _plain_name, _stems, duration_text, progress_text
from fer_core.app.analyse.results import fitting_outputs
from fer_core.app.analyse.video import ratio_text
from fer_core.app.parts.timeline import clock_text, timeline_data
from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS
from fer_core.temporal import FILTERS
from tests.analysis.clips import write_video
from tests.app.live.test_page import ROUTER, texts
from tests.clock import Clock, wait_until


@pytest.fixture(autouse=True)
def _own_desks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page's desks end with their test."""
    desks = Desks()
    monkeypatch.setattr(analyse_desk, "shared_desks", lambda: desks)
    yield
    desks.close()


# --- the job ------------------------------------------------------------------------------------


class FakeRun:
    """``run_tasks`` that does what a test tells it."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.error: Exception | None = None

    def __call__(
        self, tasks: Any, options: Any, out: Any, *, tell: Any, is_cancelled: Any, **_: Any
    ) -> Iterator[Outcome]:
        if self.error is not None:
            raise self.error
        for task in tasks:
            tell(task, Progress(5.0, 10.0, 50))
            while not self.go_on.wait(0.01):
                if is_cancelled():
                    return
            yield Outcome(task.file, task.stem, "done")


@pytest.fixture
def fake_run(monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    fake = FakeRun()
    monkeypatch.setattr(analyse_job, "run_tasks", fake)
    return fake


def make_job(tmp_path: Path, gate: threading.Semaphore, clock: Clock | None = None) -> AnalysisJob:
    tasks = []
    for name, size in (("a.mp4", 300), ("b.mp4", 100)):
        (tmp_path / name).write_bytes(bytes(size))
        tasks.append(Task(str(tmp_path / name), "video", name[0], shown=name))
    return AnalysisJob(tasks, AnalysisOptions(), tmp_path, gate, clock=clock or Clock())


def test_job_tells_share_and_time_left(tmp_path: Path, fake_run: FakeRun) -> None:
    clock = Clock()
    job = make_job(tmp_path, threading.Semaphore(1), clock)
    job.start()
    wait_until(lambda: job.state().share > 0)
    clock.now_s += 30
    state = job.state()
    assert state.share == pytest.approx(0.5 * 300 / 400)
    assert state.left_s == pytest.approx(30 * (1 - 0.375) / 0.375)
    assert state.current == "a.mp4"
    fake_run.go_on.set()
    wait_until(lambda: not job.is_running)
    state = job.state()
    assert (state.phase, state.share, state.left_s) == (JobPhase.DONE, 1.0, None)
    assert [o.stem for o in state.outcomes] == ["a", "b"]


def test_one_waits_for_another_and_cancelling_frees_the_place(
    tmp_path: Path, fake_run: FakeRun
) -> None:
    gate = threading.Semaphore(1)
    first, second, third = (make_job(tmp_path, gate) for _ in range(3))
    first.start()
    wait_until(lambda: first.state().phase is JobPhase.RUNNING)
    second.start()
    third.start()
    third.cancel()
    assert third.state().phase is JobPhase.CANCELLED
    assert second.state().phase is JobPhase.WAITING
    assert "Waiting for another" in progress_text(second.state(), 2)
    first.cancel()
    assert first.state().phase is JobPhase.CANCELLED
    wait_until(lambda: second.state().phase is JobPhase.RUNNING)
    second.cancel()
    assert gate.acquire(blocking=False)


def test_what_cannot_run_is_a_sentence(tmp_path: Path, fake_run: FakeRun) -> None:
    fake_run.error = ModelError("There is no model 'x'; choose another.")
    job = make_job(tmp_path, threading.Semaphore(1))
    job.start()
    wait_until(lambda: not job.is_running)
    assert job.state().problem == "There is no model 'x'; choose another."


@pytest.mark.parametrize(
    ("state", "count", "text"),
    [
        (("a*b.mp4", 0.5, 61.0), 1, r"Analysing a\*b.mp4: 50 %, about 61 s left"),
        (("a.mp4", 0.0, None), 3, "Analysing a.mp4 (1 of 3): 0 %"),
        (("a.mp4", 0.1, 600.0), 1, "Analysing a.mp4: 10 %, about 10 min left"),
    ],
)
def test_progress_text(state: tuple[str, float, float | None], count: int, text: str) -> None:
    current, share, left_s = state
    assert progress_text(JobState(JobPhase.RUNNING, share, left_s, current, (), ""), count) == text


def test_duration_text() -> None:
    assert [duration_text(s) for s in (0.2, 89, 3600, 6000)] == ["1 s", "89 s", "60 min", "1.7 h"]


# --- the desk -----------------------------------------------------------------------------------


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


# --- names and numbers --------------------------------------------------------------------------


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


# --- the page -----------------------------------------------------------------------------------


def open_page() -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=60)
    app.switch_page("pages/analyse.py").run()
    assert not app.exception, app.exception
    return app


def test_page_before_the_first_file() -> None:
    app = open_page()
    assert "deleted an hour after you last used them" in texts(app)
    assert app.button(key="analyse").disabled
    assert "as the model sees it" in texts(app)
    assert not app.expander[0].proto.expanded


def test_page_analyses_an_upload(tmp_path: Path, portrait: Path) -> None:
    """Real files through the real worker process, and what is shown of them."""
    clip = write_video(tmp_path / "clip.mp4", frames=25)
    app = open_page()
    app.file_uploader[0].set_value(
        [
            ("clip.mp4", clip.read_bytes(), "video/mp4"),
            ("face.png", portrait.read_bytes(), "image/png"),
            ("diary.mp4", b"Dear diary", "video/mp4"),
        ]
    )
    app.run()
    app.button(key="analyse").click().run()
    assert not app.exception
    desk: AnalyseDesk = app.session_state["analyse-desk"]
    assert desk.job is not None
    assert app.button(key="cancel-analysis")
    wait_until(lambda: not desk.job.is_running, 120)  # type: ignore[union-attr]
    app.run()
    assert not app.exception, app.exception
    (problem,) = [e.value for e in app.error]
    assert problem.startswith("diary.mp4 cannot be read as a video")
    assert "Strongest moments" in texts(app)
    assert [m.label for m in app.metric] == ["Stress ratio", "Happiness ratio"]
    changes = [frame.value for frame in app.dataframe if "variability" in frame.value.columns]
    assert list(changes[0]["expression"]) == list(EMOTIONS)
    assert [name for name in changes[0].columns if name.startswith("to ")] == [
        f"to {name}" for name in EMOTIONS
    ]
    assert changes[0]["variability"].max() > 0
    app.slider(key="at-clip").set_value(1.5).run()
    assert not app.exception
    found = faces_at(desk.results / "clip.parquet", 1.5)
    assert found is not None
    assert found.labels == ("happy",)
    app.button(key="compare-filters-clip-1").click().run()
    assert not app.exception, app.exception
    for name in FILTERS.values():
        assert f"**{name}**: the label changes" in texts(app)
    app.selectbox(key="analyse-file").set_value(1).run()
    assert not app.exception, app.exception
    assert "Download" in texts(app)
    assert [button.proto.label for button in app.get("download_button")][:2] == [
        "Report (HTML)",
        "Table by frame (CSV)",
    ]
    app.button(key="again").click().run()
    assert not app.exception, app.exception
    assert desk.folder.exists(), "more files come beside those that are there"
    assert app.button(key="analyse").disabled
    app.button(key="back-to-results").click().run()
    assert "Download" in texts(app)
    app.button(key="delete-results").click().run()
    assert desk.folder.exists(), "not before the answer"
    app.button(key="delete-yes").click().run()
    assert not app.exception, app.exception
    assert not desk.folder.exists()
    assert app.button(key="analyse").disabled
    app.session_state["analyse-desk"].clear()


def test_page_analyses_a_snapshot_with_the_chosen_filter(
    portrait: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AppTest has no camera: what the browser's would give is put in its place."""
    shot = io.BytesIO(portrait.read_bytes())
    monkeypatch.setattr("streamlit.camera_input", lambda label, key: shot)
    app = open_page()
    steady = next(box for box in app.selectbox if box.label == "Filter over time")
    assert len(steady.options) == 3
    assert "Measured on generated sequences" in texts(app)
    steady.set_value("recurrent").run()
    assert app.button(key="analyse").disabled
    app.segmented_control[0].set_value("Camera").run()
    app.button(key="analyse").click().run()
    desk: AnalyseDesk = app.session_state["analyse-desk"]
    assert desk.job is not None
    assert desk.job.options.filter == "recurrent"
    wait_until(lambda: not desk.job.is_running, 120)  # type: ignore[union-attr]
    app.run()
    assert not app.exception, app.exception
    assert [outcome.status for outcome in desk.job.state().outcomes] == ["done"]
    assert (desk.results / "snapshot.frames.json").is_file()
    assert "Download" in texts(app)
    desk.clear()
