"""One visitor's place at the Reactions page. Light on imports: the router uses it on every page."""

from dataclasses import dataclass, field

import streamlit as st

from fer_core.app.reactions.player import PlayerReport
from fer_core.app.resources import make_live_pipeline, shared_admission
from fer_core.app.stream.visit import Visit
from fer_core.reactions.course import Course, Heard, course_of, marks_of

_KEY = "reactions_desk"


@dataclass(slots=True)
class Desk:
    """State of one visitor; only their own script thread changes it.

    Attributes:
        visit: camera and stream, as on the live page.
        clip: key of the clip they watch.
        duration_s: of it.
        heard: what the player said, and when it arrived.
        is_seen: the camera's pictures arrive, so that the clip may begin.
        course: what was seen, once the clip is over; shown to them alone.
        code: under which they gave it; None before.
    """

    visit: Visit
    clip: str = ""
    duration_s: float = 0.0
    heard: list[Heard] = field(default_factory=list)
    is_seen: bool = False
    course: Course | None = None
    code: str | None = None
    _count: int = 0

    def begin(self) -> None:
        """Take a place and ask for the camera; what was before is put away."""
        model, detector = self.visit.model, self.visit.detector
        self.heard, self.course, self.code, self._count = [], None, None, 0
        self.is_seen = False
        self.visit.start(shared_admission(), lambda: make_live_pipeline(model, detector))

    def hear(self, report: PlayerReport) -> bool:
        """Note where the clip is; True where it is over."""
        session = self.visit.session
        if session is None or report.count == self._count:
            return False
        self._count = report.count
        now_s = session.snapshot().time_s
        self.heard.append(Heard(now_s, report.said_s, report.clip_s, report.plays))
        return report.ended

    def finish(self) -> None:
        """End the stream; what was seen is laid on the clip's time."""
        self.visit.finish()
        results = self.visit.results
        self.visit.reset()
        if results is not None and any(one.plays for one in self.heard):
            self.course = course_of(results.samples, marks_of(self.heard), self.duration_s)

    def put_away(self) -> None:
        """Forget what was seen."""
        self.course = self.code = None
        self.heard = []


def this_desk() -> Desk:
    """The desk of this visitor, and of nobody else."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Desk(Visit.of_settings())
    desk: Desk = st.session_state[_KEY]
    return desk


def leave_reactions_page() -> None:
    """Called when another page is shown: the stream ends, and with it what was recorded."""
    desk = st.session_state.get(_KEY)
    if desk is not None and (desk.visit.is_streaming or desk.visit.results is not None):
        desk.visit.reset()
        desk.heard = []
