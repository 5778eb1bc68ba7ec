"""Lets a click on another page win over the reports of the page that is being left.

Parts of a page that refresh themselves, and a video that is being connected, report to the server
all the time. What they send, or have the server do, between the visitor's click on another page and
that page's first element still names the old page, and Streamlit 1.67 then shows the old page
again: measured, one click in six was lost while a video was being connected.
"""

import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from fer_core.app import private

#: What is later than this is not late but wanted: the page came back by another way.
LATE_FOR_S = 5.0


@dataclass(slots=True, weakref_slot=True)
class PageWay:
    """Which page one visitor asked for last, and which one they are leaving for it."""

    page: str = ""
    left: str = ""
    left_at_s: float = 0.0

    def admits(self, page: str, *, is_part: bool, now_s: float) -> bool:
        """Whether a request of the browser may run.

        Args:
            page: hash of the page that the browser shows, or asks for; empty at the first visit.
            is_part: True where a fragment is to run again, False for the whole page.
            now_s: seconds on a monotonic clock.
        """
        if is_part and self._is_late(page, now_s):
            return False
        if page == self.page:
            self.left = ""  # the browser has arrived: nothing of the old page can follow
        elif is_part:
            self.page, self.left = page, ""  # the app sent it there
        else:
            self.page, self.left, self.left_at_s = page, self.page, now_s
        return True

    def destination(self, page: str, *, now_s: float) -> str:
        """The page to show where ``page`` is about to be shown."""
        return self.page if self._is_late(page, now_s) else page

    def _is_late(self, page: str, now_s: float) -> bool:
        return bool(page) and page == self.left and now_s - self.left_at_s < LATE_FOR_S


_ways: WeakKeyDictionary[Any, PageWay] = WeakKeyDictionary()
_by_id: WeakValueDictionary[str, PageWay] = WeakValueDictionary()


def _admits(session: Any, page: str, is_part: bool) -> bool:
    way = _ways.setdefault(session, PageWay())
    _by_id.setdefault(session.id, way)
    return way.admits(page, is_part=is_part, now_s=time.monotonic())


def drop_late_reports() -> None:
    """Have Streamlit ask before it runs a part of a page; to be called any number of times."""
    private.ask_before_reruns(_admits)


def keep_to_the_way() -> None:
    """Called by the router before it chooses: the page asked for last, not the one being left.

    The old page's script may run once more beside the new one's, and both set the same choice.
    """
    private.choose_page(_destination)


def _destination(session_id: str, page: str) -> str:
    way = _by_id.get(session_id)
    return page if way is None else way.destination(page, now_s=time.monotonic())
