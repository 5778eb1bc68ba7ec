"""A visitor's uploads and results: a temporary folder of their own for an hour.

It goes an hour after the last upload or result, when its owner deletes it, and with the process in
any case. A tab that slept, was loaded anew or opened again finds it by what tells its browser from
others (``cookies.browser_of``); where there is no such thing, it goes when the visitor has left.
"""

import atexit
import threading
import time
from collections.abc import Callable

import streamlit as st

from fer_core.analysis.job import AnalysisJob
from fer_core.app.access.cookies import browser_of
from fer_core.hosting.draining import shared_drain
from fer_core.retention import sweep_too
from fer_core.scratch import Scratch

KEEP_S = 3600.0
#: A phone that locks its screen disconnects; who is back by then finds everything.
GRACE_S = 90.0
_KEY = "analyse-desk"


class AnalyseDesk:
    """One visitor's folder and analysis. The page's thread and the keeper's both use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, browser: str = "") -> None:
        self._clock, self.browser = clock, browser
        self._scratch = Scratch()
        self.folder = self._scratch.path
        self.uploads, self.results = self.folder / "uploads", self.folder / "results"
        self.uploads.mkdir()
        self.results.mkdir()
        self.job: AnalysisJob | None = None
        #: Jobs before the present one; their results lie beside its own.
        self.past: list[AnalysisJob] = []
        self.is_choosing = False
        self.left_at: float | None = None
        self.is_cleared = False
        self._used_at = clock()

    def touch(self) -> None:
        """The hour begins anew."""
        self._used_at = self._clock()

    @property
    def jobs(self) -> list[AnalysisJob]:
        """All, the newest first."""
        return ([] if self.job is None else [self.job]) + self.past[::-1]

    def begin(self, job: AnalysisJob) -> None:
        """Start an analysis beside those that were."""
        if self.job is not None:
            self.past.append(self.job)
        self.job, self.is_choosing = job, False
        self.touch()
        job.start()

    @property
    def keeps_for_s(self) -> float:
        """Seconds until the folder goes; while an analysis runs, the full hour."""
        if self.job is not None and self.job.is_running:
            return KEEP_S
        used_at = self._used_at
        if self.job is not None and self.job.ended_at is not None:
            used_at = max(used_at, self.job.ended_at)
        return max(0.0, KEEP_S - (self._clock() - used_at))

    @property
    def is_due(self) -> bool:
        """Whether it has to go now."""
        has_left = self.left_at is not None and self._clock() - self.left_at > GRACE_S
        return (has_left and not self.browser) or self.keeps_for_s <= 0

    @property
    def holds_the_end(self) -> bool:
        """Whether something runs, or somebody is here who may still save what was found."""
        return self.job is not None and (self.job.is_running or self.left_at is None)

    def leave(self) -> None:
        """The visitor's connection ended."""
        self.left_at = self._clock()

    def stay(self) -> None:
        """The visitor is here."""
        self.left_at = None

    def clear(self) -> None:
        """End what runs and remove all files; doing it twice does no harm."""
        self.is_cleared = True
        if self.job is not None:
            self.job.cancel()
        self._scratch.close()


class Desks:
    """All desks of the process."""

    def __init__(self) -> None:
        self._desks: set[AnalyseDesk] = set()
        self._lock = threading.Lock()
        atexit.register(self.clear)

    def open(self, browser: str = "") -> AnalyseDesk:
        """A fresh desk, to be found again by its browser."""
        desk = AnalyseDesk(browser=browser)
        with self._lock:
            self._desks.add(desk)
        return desk

    def find(self, browser: str) -> AnalyseDesk | None:
        """The desk of a browser; None where it has none, or nothing tells it from others."""
        with self._lock:
            mine = [d for d in self._desks if browser and d.browser == browser and not d.is_cleared]
        return mine[0] if mine else None

    def close(self) -> None:
        """Clear all; the end of the process finds nothing left to clear."""
        self.clear()
        atexit.unregister(self.clear)

    @property
    def held(self) -> int:
        """How many the end of the process has to wait for."""
        with self._lock:
            return sum(desk.holds_the_end for desk in self._desks if not desk.is_cleared)

    def sweep(self) -> None:
        """Clear the desks that are due."""
        with self._lock:
            due = {desk for desk in self._desks if desk.is_due}
            self._desks -= due
        for desk in due:
            desk.clear()

    def clear(self) -> None:
        """Clear all."""
        with self._lock:
            desks, self._desks = self._desks, set()
        for desk in desks:
            desk.clear()


@st.cache_resource(show_spinner=False)
def shared_desks() -> Desks:
    """The desks of this process."""
    made = Desks()
    shared_drain().watch(kind="analyses", count=lambda: made.held)
    sweep_too(made)
    return made


def _note_left(desk: AnalyseDesk) -> None:
    desk.leave()


@st.cache_resource(scope="session", on_release=_note_left, show_spinner=False)
def _presence(_desk: AnalyseDesk) -> AnalyseDesk:
    """Released by Streamlit when the visitor's connection ends, and made anew on return."""
    return _desk


def this_desk() -> AnalyseDesk:
    """The desk of this visitor, and of nobody else; a fresh one where the last was cleared."""
    desk = st.session_state.get(_KEY)
    if desk is None or desk.is_cleared:
        desks, browser = shared_desks(), browser_of(st.context.cookies)
        desk = st.session_state[_KEY] = desks.find(browser) or desks.open(browser)
        _presence.clear()
    _presence(desk)
    desk.stay()
    return desk
