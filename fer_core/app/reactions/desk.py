"""One visitor's place at the Reactions page. Light on imports: the router uses it on every page."""

import secrets
from dataclasses import dataclass, field

import av
import streamlit as st

from fer_core.app.device.visit import DeviceVisit
from fer_core.app.parts.player import PlayerReport
from fer_core.app.resources import make_live_pipeline, shared_admission
from fer_core.app.stream.visit import Visit
from fer_core.classification.identity import ModelIdentity, identity_or_none
from fer_core.device.inlet import DeviceSecond
from fer_core.imaging.draw import annotate
from fer_core.imaging.frame import Frame
from fer_core.reactions.course import Heard, ReactionCourse, course_of, marks_of
from fer_core.reactions.study import Study, StudyRun, Take
from fer_core.streaming.watching import WatchedPipeline
from fer_core.temporal.liveness import FaceMotion
from fer_core.types import FrameResult

#: A device sends a second once it is over; who is slower than this by the end loses its last ones.
WAIT_S = 4.0
_KEY = "reactions_desk"


@dataclass(slots=True)
class ReactionsDesk:
    """State of one visitor; only their own script thread changes it.

    Attributes:
        visit: camera and stream, as on the live page.
        device: the same on the viewer's own device.
        clip: key of the clip, or study, that they watch.
        durations_s: of all clips, by their keys.
        study: that they watch; None for a single clip.
        run: how far they are in it.
        takes: what was seen in its clips, once it is over; shown to them alone.
        heard: what the player said, and when it arrived.
        is_seen: the camera's pictures arrive, so that the clip may begin.
        over_s: the stream's time at which the clip ended, while its last seconds are awaited.
        course: what was seen, once the clip is over; shown to them alone.
        motion: of the face in focus while the camera is on.
        is_person: whether that face moved like a person's; a still picture is no viewer.
        code: under which they gave it; None before.
        identity: which model measures.
    """

    visit: Visit
    device: DeviceVisit = field(default_factory=DeviceVisit)
    clip: str = ""
    durations_s: dict[str, float] = field(default_factory=dict)
    study: Study | None = None
    run: StudyRun | None = None
    takes: tuple[Take, ...] = ()
    heard: list[Heard] = field(default_factory=list)
    is_seen: bool = False
    over_s: float | None = None
    course: ReactionCourse | None = None
    motion: FaceMotion = field(default_factory=FaceMotion)
    is_person: bool = False
    code: str | None = None
    identity: ModelIdentity | None = None
    _count: int = 0

    def begin(self) -> None:
        """Take a place and ask for the camera; what was before is put away."""
        model, detector = self.visit.model, self.visit.detector
        self._begin_anew()
        motion = self.motion

        def watch(_: Frame, result: FrameResult) -> None:
            row = result.focus
            if row is not None:
                motion.add(result.time_s, result.faces.boxes[row], result.faces.poses[row])

        self.visit.start(
            shared_admission(),
            lambda: WatchedPipeline(make_live_pipeline(model, detector), watch),
            annotate=_plain_picture,  # a label over one's own face would change what it shows
        )

    def begin_on_device(self) -> None:
        """Let the viewer's own browser analyse; what was before is put away."""
        if self.device.must_wait():  # what is on the page stays there
            return
        self.visit.reset()
        self._begin_anew()
        motion = self.motion

        def listen(second: DeviceSecond) -> None:
            if second.focus is not None:
                motion.add(second.time_s, second.box)

        self.device.start("reactions", listen)

    def _begin_anew(self) -> None:
        self.put_away()
        if self.study is not None:
            self.run = StudyRun(self.study, secrets.randbits(32))
        self.is_seen, self.over_s = False, None
        self.motion, self.is_person = FaceMotion(), False
        self.identity = identity_or_none(self.visit.model)

    @property
    def is_on(self) -> bool:
        """Whether the camera is on, whichever way."""
        return self.visit.is_streaming or self.device.is_on

    @property
    def playing(self) -> str:
        """Key of the clip that plays, or comes next."""
        if self.study is None:
            return self.clip
        return self.study.items[0].clip if self.run is None else self.run.item.clip

    def now_s(self) -> float | None:
        """The stream's time; None where there is none."""
        if self.device.inlet is not None:
            return self.device.inlet.now_s
        return None if self.visit.session is None else self.visit.session.snapshot().time_s

    def hear(self, report: PlayerReport) -> bool:
        """Note where the clip is; True where it is over, and the page is to go on.

        A device's last seconds are awaited: see ``has_all``.
        """
        now_s = self.now_s()
        if now_s is None or report.count == self._count:
            return False
        self._count = report.count
        self.heard.append(Heard(now_s, report.said_s, report.clip_s, report.plays))
        if not report.ended:
            return False
        self.over_s = now_s
        if self.run is None:
            return not self.device.is_on
        self.run.end_clip(self.heard, now_s)
        self.heard, self._count = [], 0
        return True

    @property
    def is_through(self) -> bool:
        """Whether the clip is over; of a study all, with their questions."""
        return self.over_s is not None if self.run is None else self.run.is_over

    def go_on(self) -> None:
        """After a clip or an answer: where that was the last, the camera goes off, but for a
        device, which still has seconds to send."""
        if self.is_through and not self.device.is_on:
            self.finish()

    @property
    def has_all(self) -> bool:
        """Whether a device has sent the seconds up to the clip's end, or had the time to."""
        inlet = self.device.inlet
        if inlet is None or self.over_s is None or not self.is_through:
            return False
        return max(inlet.analysed_s, inlet.now_s - WAIT_S) > self.over_s

    def finish(self) -> None:
        """End the stream; what was seen is laid on the clip's time."""
        inlet = self.device.inlet
        self.device.stop()
        self.visit.finish()
        results = self.visit.results
        self.visit.reset()
        samples = None if results is None else results.samples
        if inlet is not None and inlet.has_begun:
            samples = inlet.samples()
        self.is_person = self.motion.was_person
        if samples is None:
            return
        if self.run is not None:
            self.takes = self.run.takes(samples, self.durations_s)
        elif any(one.plays for one in self.heard):
            self.course = course_of(samples, marks_of(self.heard), self.durations_s[self.clip])

    def put_away(self) -> None:
        """Forget what was seen."""
        self.course = self.code = self.run = None
        self.takes, self.heard, self._count = (), [], 0


def _plain_picture(frame: av.VideoFrame, result: FrameResult | None, mirror: bool) -> av.VideoFrame:
    del result
    return annotate(frame, None, mirror)


def this_desk() -> ReactionsDesk:
    """The desk of this visitor, and of nobody else."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = ReactionsDesk(Visit.of_settings())
    desk: ReactionsDesk = st.session_state[_KEY]
    return desk


def leave_reactions_page() -> None:
    """Called when another page is shown: the stream ends, and with it what was recorded."""
    desk = st.session_state.get(_KEY)
    if desk is not None and (desk.is_on or desk.visit.results is not None):
        desk.visit.reset()
        desk.device.stop()
        desk.heard = []
