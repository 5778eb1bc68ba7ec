"""One visitor's place at the Wellbeing page: camera, seconds, and what is written of them.

Light on imports: the router uses it on every page.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import streamlit as st

from fer_core.app.device.visit import DeviceVisit
from fer_core.app.resources import make_live_pipeline
from fer_core.app.stream.messages import Message
from fer_core.app.stream.visit import Phase, Visit
from fer_core.classification.identity import ModelIdentity, identity_or_none
from fer_core.device.inlet import DeviceSecond
from fer_core.storage import Store
from fer_core.streaming import Admission
from fer_core.streaming.state import RESULT_MAX_AGE_S
from fer_core.streaming.watching import WatchedPipeline
from fer_core.text import mark
from fer_core.types import EmotionSample
from fer_core.wellbeing.recording import CheckInRecorder, Member
from fer_core.wellbeing.sitting import LATENESS_S, Alert, Result, Rule, Sitting

_KEY = "wellbeing_desk"
DISAGREED = Message(
    "info",
    mark(
        "The check-in ended: what you agreed to was withdrawn, or has changed. Nothing more was "
        "recorded."
    ),
)


@dataclass(slots=True)
class Finished:
    """A check-in that is over, as shown to its person alone."""

    sitting: Sitting
    is_stored: bool


@dataclass(slots=True)
class WellbeingDesk:
    """State of one visitor; only their own script thread changes it.

    Attributes:
        visit: camera and stream, as on the live page.
        device: the same on the visitor's own device.
        member: who joined; None before.
        rule: what they chose to be told by.
        length_s: of a check-in; None goes on until Stop, or for ``LONGEST_S``.
        wants_alert: whether to tell them when the ratio stays above the threshold.
        sitting: the seconds of the check-in under way.
        finished: the last one.
        recorder: writes it to the database.
        identity: which model measures.
    """

    visit: Visit
    device: DeviceVisit = field(default_factory=DeviceVisit)
    member: Member | None = None
    rule: Rule = field(default_factory=Rule)
    length_s: int | None = 60
    wants_alert: bool = False
    sitting: Sitting = field(default_factory=Sitting)
    alert: Alert = field(default_factory=Alert)
    finished: Finished | None = None
    identity: ModelIdentity | None = None
    clock: Callable[[], float] = time.time
    recorder: CheckInRecorder = field(default_factory=lambda: CheckInRecorder(None))

    @property
    def is_busy(self) -> bool:
        """Whether a check-in runs, is asked for, or waits for a place."""
        return self.device.is_on or self.visit.is_streaming or self.visit.phase is Phase.BUSY

    def begin(self, admission: Admission) -> None:
        """Take a place and ask for the camera; what was before is put away."""
        model, detector = self.visit.model, self.visit.detector
        if not self.visit.is_streaming:
            self._put_away()
        sitting = self.sitting
        self.visit.start(
            admission,
            lambda: WatchedPipeline(
                make_live_pipeline(model, detector), lambda _, result: sitting.watch(result)
            ),
        )

    def begin_on_device(self) -> None:
        """Let the visitor's own browser analyse; what was before is put away."""
        if self.device.must_wait():  # what is on the page stays there
            return
        self.visit.reset()
        self._put_away()
        motion = self.sitting.motion

        def listen(second: DeviceSecond) -> None:
            if len(second.samples) == 1:
                motion.add(second.time_s, second.box)

        self.device.start("wellbeing", listen)

    def _put_away(self) -> None:
        self.sitting = Sitting(limit_s=self.length_s)
        self.alert = Alert()
        self.finished = None
        self.identity = identity_or_none(self.visit.model)
        kind = "checkin" if self.length_s else "continuous"
        self.recorder = CheckInRecorder(self.member, kind, self.clock)

    def collect(self, store: Store) -> None:
        """Look at the seconds that came since, and hand them to the writer."""
        self._collect_from_device(store)
        session = self.visit.session
        if session is None:
            return
        snapshot = session.snapshot()
        if snapshot.frames:
            self.recorder.begin_at(snapshot.time_s)
            newest = snapshot.result
            analysed_s = snapshot.time_s - RESULT_MAX_AGE_S if newest is None else newest.time_s
            self._record(store, self.sitting.take(session.samples(), analysed_s))

    def _collect_from_device(self, store: Store) -> None:
        inlet = self.device.inlet
        if inlet is not None and inlet.has_begun:
            self.recorder.begin_at(inlet.now_s)
            self._record(store, self.sitting.take(inlet.samples(), inlet.analysed_s))

    def _record(self, store: Store, fresh: Sequence[EmotionSample]) -> None:
        self.recorder.take(store, fresh, is_person=self.sitting.is_person)

    def finish(self, store: Store) -> None:
        """End the check-in: the last seconds count, the result is kept with it."""
        self._collect_from_device(store)
        # Held to the end of this: a process that others take over from ends when nobody holds one.
        _held = self.device.inlet
        self.device.stop()
        session = self.visit.session
        time_s = session.snapshot().time_s if session is not None else 0.0
        self.visit.finish()
        results = self.visit.results
        self.visit.reset()
        if results is not None:
            self.recorder.begin_at(time_s)
            self._record(store, self.sitting.take(results.samples, time_s + LATENESS_S))
        if self.sitting.seconds:
            model = None if self.identity is None else self.identity.to_dict()
            self.recorder.end(store, self.result(), self.rule, model=model)
            self.finished = Finished(self.sitting, is_stored=self.recorder.is_stored)

    def disagree(self) -> None:
        """The consent is not in force any more: the camera goes off, and nothing more is kept."""
        self.cancel()
        self.member = None
        self.visit.message = DISAGREED

    def cancel(self) -> None:
        """Let go of everything without keeping more."""
        self.visit.reset()
        self.device.stop()
        self.recorder.drop()
        self.finished = None

    def result(self) -> Result:
        """What the last window of the check-in under way says."""
        return self.sitting.result(self.rule)


def this_desk() -> WellbeingDesk:
    """The place of this visitor, and of nobody else."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = WellbeingDesk(Visit.of_settings())
    desk: WellbeingDesk = st.session_state[_KEY]
    return desk


def leave_wellbeing_page() -> None:
    """Called when another page is shown: the check-in ends, the place is free."""
    if _KEY in st.session_state:
        desk = this_desk()
        if desk.is_busy:
            from fer_core.storage import shared_store

            desk.finish(shared_store())
