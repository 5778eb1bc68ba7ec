"""An analysis in the background: its share, the time left, waiting and an end."""

import threading
from pathlib import Path

import pytest

from fer_core.analysis.job import JobPhase, JobState
from fer_core.app.analyse.progress import duration_text, progress_text
from fer_core.errors import ModelError
from tests.app.analyse.conftest import FakeRun, make_job
from tests.clock import Clock, wait_until


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
