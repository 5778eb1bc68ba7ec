"""What a tab left behind when its page was loaded anew, or away for longer than Streamlit waits.

Streamlit keeps what a visitor has for two minutes after the connection was lost, and a page that
is loaded anew is a new visitor to it. Here it is kept for ``KEEP_S``, in memory, for that tab only.
"""

import re
import threading
import time
import weakref
from collections.abc import Callable
from typing import Final

import streamlit as st

from fer_core.app.parts.component import source
from fer_core.app.stream.messages import CAME_BACK, CAME_BACK_EMPTY
from fer_core.app.stream.visit import Phase, Visit
from fer_core.retention import sweep_too

#: What a tab left is kept for so long after the last sign of life of its stream. [s]
KEEP_S: Final = 600.0

_TAB = st.components.v2.component("mien_tab", js=source("tab.js"))
_NAME = re.compile(r"[0-9a-f-]{36}")


class LeftVisits:
    """Visits by tab and stream. Thread safe.

    A page that is open holds its visit itself; what no page holds any more is held here.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._visits: weakref.WeakValueDictionary[tuple[str, str], Visit] = (
            weakref.WeakValueDictionary()
        )
        self._recent: dict[tuple[str, str], tuple[float, Visit]] = {}

    def note(self, visit: Visit, *, tab: str, key: str) -> Visit | None:
        """A tab shows this visit now; the one that it showed before, if that is another.

        Args:
            tab: name of the tab; nothing is kept without.
            key: of the stream.
        """
        if not tab:
            return None
        now_s = self._clock()
        with self._lock:
            found = self._visits.get((tab, key))
            self._visits[tab, key] = visit
            self._recent[tab, key] = now_s, visit
        self.sweep()
        return None if found is visit else found

    def sweep(self) -> None:
        """Forget what was left too long ago; the server's clock does so where nobody comes."""
        before_s = self._clock() - KEEP_S
        with self._lock:
            for one in [one for one, (at, _) in self._recent.items() if at < before_s]:
                del self._recent[one]


@st.cache_resource(show_spinner=False)
def shared_left() -> LeftVisits:
    """Those of this process."""
    made = LeftVisits()
    sweep_too(made)
    return made


@st.fragment
def watch_tab(visit: Visit, *, key: str, with_results: bool) -> None:
    """As ``come_back``; a part of its own, so that what the browser says runs nothing else."""
    if come_back(visit, key=key, with_results=with_results):
        st.rerun()  # what the page drew before this is of a visit that has just begun


def come_back(visit: Visit, *, key: str, with_results: bool) -> bool:
    """Go on where this tab was before; True where that changed the visit.

    Args:
        visit: as the page has it.
        key: of the stream.
        with_results: as for ``take_over``.
    """
    visit.tab = tell_tab()
    left = shared_left().note(visit, tab=visit.tab, key=key)
    return left is not None and take_over(visit, left, with_results=with_results)


def take_over(visit: Visit, left: Visit, *, with_results: bool = True) -> bool:
    """Give a new visit what another one has, which ends; True where there was anything to take.

    Args:
        visit: of the page that is shown.
        left: of the page that is gone.
        with_results: whether the page shows results; else they end with the visit.
    """
    was_streaming = left.is_streaming
    left.leave()
    if visit.phase is not Phase.READY or visit.attempt:
        return False  # the visitor was quicker and has begun anew
    visit.key, visit.attempt = left.key, left.attempt
    visit.model, visit.detector, visit.steady = left.model, left.detector, left.steady
    if with_results:
        visit.results, visit.identity = left.results, left.identity
    visit.chosen_camera, visit.wants_mirror = left.chosen_camera, left.wants_mirror
    visit.phase = Phase.DONE if visit.results is not None else Phase.READY
    if was_streaming:
        visit.message = CAME_BACK_EMPTY if visit.results is None else CAME_BACK
    return was_streaming or visit.results is not None


def tell_tab() -> str:
    """Ask the browser which tab this is; empty until it has said so."""
    result = _TAB(key="tab", default={"tab": None}, on_tab_change=_rerun_only)
    told = result.get("tab")
    return told if isinstance(told, str) and _NAME.fullmatch(told) else ""


def _rerun_only() -> None:
    """What the browser said runs the page; nothing else is to be done."""
