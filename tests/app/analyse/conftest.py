"""The page's desks, a run that does what a test tells it, and the page itself."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.analysis import AnalysisOptions, Outcome, Progress, Task
from fer_core.analysis import job as analyse_job
from fer_core.analysis.job import AnalysisJob
from fer_core.app.analyse import desk as analyse_desk
from fer_core.app.analyse.desk import Desks
from tests.app.pages import ROUTER
from tests.clock import Clock


@pytest.fixture(autouse=True)
def _own_desks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page's desks end with their test."""
    desks = Desks()
    monkeypatch.setattr(analyse_desk, "shared_desks", lambda: desks)
    yield
    desks.close()


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


def open_page() -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=60)
    app.switch_page("pages/analyse.py").run()
    assert not app.exception, app.exception
    return app
