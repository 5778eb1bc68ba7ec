"""A visitor's uploads and results: a temporary folder of their own that does not outlive them.

It goes when the visitor has left (the tab was closed; a connection that drops for a moment does
not count), an hour after the last upload or result, and with the process in any case.
"""

import atexit
import threading
import time
from collections.abc import Callable

import streamlit as st

from fer_core.app.analyse.job import AnalysisJob
from fer_core.scratch import Scratch

KEEP_S = 3600.0
#: A phone that locks its screen disconnects; who is back by then finds everything.
GRACE_S = 90.0
_SWEEP_EVERY_S = 5.0
_KEY = "analyse-desk"


class Desk:
    """One visitor's folder and analysis. The page's thread and the janitor's both use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._scratch = Scratch()
        self.folder = self._scratch.path
        self.uploads, self.results = self.folder / "uploads", self.folder / "results"
        self.uploads.mkdir()
        self.results.mkdir()
        self.job: AnalysisJob | None = None
        self.left_at: float | None = None
        self.is_cleared = False
        self._used_at = clock()

    def touch(self) -> None:
        """The hour begins anew."""
        self._used_at = self._clock()

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
        return has_left or self.keeps_for_s <= 0

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
    """All desks of the process, and the thread that clears those that are due."""

    def __init__(self) -> None:
        self._desks: set[Desk] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="analyse-janitor", daemon=True)
        self._thread.start()
        atexit.register(self.clear)

    def open(self) -> Desk:
        """A fresh desk."""
        desk = Desk()
        with self._lock:
            self._desks.add(desk)
        return desk

    def close(self) -> None:
        """Clear all, and end the thread."""
        self._closed.set()
        self._thread.join()
        self.clear()
        atexit.unregister(self.clear)

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

    def _watch(self) -> None:
        while not self._closed.wait(_SWEEP_EVERY_S):
            self.sweep()


@st.cache_resource(show_spinner=False)
def shared_desks() -> Desks:
    """The desks of this process."""
    return Desks()


def _note_left(desk: Desk) -> None:
    desk.leave()


@st.cache_resource(scope="session", on_release=_note_left, show_spinner=False)
def _presence(_desk: Desk) -> Desk:
    """Released by Streamlit when the visitor's connection ends, and made anew on return."""
    return _desk


def this_desk() -> Desk:
    """The desk of this visitor, and of nobody else; a fresh one where the last was cleared."""
    desk = st.session_state.get(_KEY)
    if desk is None or desk.is_cleared:
        desk = st.session_state[_KEY] = shared_desks().open()
        _presence.clear()
    _presence(desk)
    desk.stay()
    return desk
