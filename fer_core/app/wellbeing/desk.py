"""One visitor's place at the Wellbeing page: camera, seconds, and what is written of them.

Light on imports: the router uses it on every page.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from fer_core.app.resources import make_live_pipeline
from fer_core.app.stream.messages import Message
from fer_core.app.stream.visit import Phase, Visit
from fer_core.errors import StorageError
from fer_core.storage import SampleRow, Store
from fer_core.streaming import Admission
from fer_core.streaming.state import RESULT_MAX_AGE_S
from fer_core.types import EmotionSample
from fer_core.wellbeing.sitting import LATENESS_S, Alert, Result, Rule, Sitting

_KEY = "wellbeing_desk"
DISAGREED = Message(
    "info",
    "The check-in ended: what you agreed to was withdrawn, or has changed. Nothing more was "
    "recorded.",
)
#: Between tries to begin a check-in in a database that does not answer.
RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Member:
    """Who sits here: a pseudonym that agreed to the terms now in force."""

    person_id: int
    pseudonym: str
    team_id: int | None
    consent_id: int


@dataclass(slots=True)
class Finished:
    """A check-in that is over, as shown to its person alone."""

    sitting: Sitting
    is_stored: bool


@dataclass(slots=True)
class Desk:
    """State of one visitor; only their own script thread changes it.

    Attributes:
        visit: camera and stream, as on the live page.
        member: who joined; None before.
        rule: what they chose to be told by.
        length_s: of a check-in; None goes on until Stop, or for ``LONGEST_S``.
        wants_alert: whether to tell them when the ratio stays above the threshold.
        sitting: the seconds of the check-in under way.
        finished: the last one.
        problem: why it is not being recorded, a sentence; None while all is well.
    """

    visit: Visit
    member: Member | None = None
    rule: Rule = field(default_factory=Rule)
    length_s: int | None = 60
    wants_alert: bool = False
    sitting: Sitting = field(default_factory=Sitting)
    alert: Alert = field(default_factory=Alert)
    finished: Finished | None = None
    problem: str | None = None
    clock: Callable[[], float] = time.time
    _checkin_id: int | None = None
    _zero_s: float = 0.0
    _waiting: list[EmotionSample] = field(default_factory=list)
    _retry_at: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether a check-in runs, is asked for, or waits for a place."""
        return self.visit.is_streaming or self.visit.phase is Phase.BUSY

    def begin(self, admission: Admission) -> None:
        """Take a place and ask for the camera; what was before is put away."""
        model, detector = self.visit.model, self.visit.detector
        if not self.visit.is_streaming:
            self.sitting = Sitting(limit_s=self.length_s)
            self.alert = Alert()
            self.finished = self.problem = self._checkin_id = None
            self._zero_s = self._retry_at = 0.0
            self._waiting = []
        self.visit.start(admission, lambda: make_live_pipeline(model, detector))

    def collect(self, store: Store) -> None:
        """Look at the seconds that came since, and hand them to the writer."""
        session = self.visit.session
        if session is None:
            return
        snapshot = session.snapshot()
        if snapshot.frames:
            self._set_zero(snapshot.time_s)
            newest = snapshot.result
            analysed_s = snapshot.time_s - RESULT_MAX_AGE_S if newest is None else newest.time_s
            self._take(store, session.samples(), analysed_s)

    def finish(self, store: Store) -> None:
        """End the check-in: the last seconds count, the result is kept with it."""
        session = self.visit.session
        time_s = session.snapshot().time_s if session is not None else 0.0
        self.visit.finish()
        results = self.visit.results
        self.visit.reset()
        if results is not None:
            self._set_zero(time_s)
            self._take(store, results.samples, time_s + LATENESS_S)
        if self.sitting.seconds:
            self._end(store)
            self.finished = Finished(self.sitting, is_stored=self._checkin_id is not None)

    def may_go_on(self, store: Store) -> bool:
        """Whether the consent is in force under which the check-in is recorded; while the database
        cannot be asked, nothing is written either."""
        from fer_core.storage.consents import is_in_force

        if self.member is None:
            return False
        try:
            with store.read() as session:
                return is_in_force(session, consent_id=self.member.consent_id)
        except StorageError:
            return True

    def disagree(self) -> None:
        """The consent is not in force any more: the camera goes off, and nothing more is kept."""
        self.cancel()
        self.member = None
        self.visit.message = DISAGREED

    def cancel(self) -> None:
        """Let go of everything without keeping more."""
        self.visit.reset()
        self._waiting = []
        self.finished = None

    def result(self) -> Result:
        """What the last window of the check-in under way says."""
        return self.sitting.result(self.rule)

    def _set_zero(self, time_s: float) -> None:
        """Note at which UTC second the stream began, where its time is this now."""
        if not self._zero_s:
            self._zero_s = self.clock() - time_s

    def _take(self, store: Store, samples: Sequence[EmotionSample], time_s: float) -> None:
        self._waiting += self.sitting.take(samples, time_s)
        if self.member is None or not self._waiting:
            return
        if self._checkin_id is None and not self._open(store, self.member):
            return
        assert self._checkin_id is not None
        rows = [
            SampleRow.of(
                sample,
                checkin_id=self._checkin_id,
                person_id=self.member.person_id,
                zero_s=self._zero_s,
            )
            for sample in self._waiting
        ]
        store.writer.put(*rows)
        self._waiting = []
        self.problem = store.problem

    def _open(self, store: Store, member: Member) -> bool:
        """Begin the check-in in the database; False where that cannot be done now."""
        from fer_core.storage.checkins import start_checkin
        from fer_core.storage.persons import note_seen

        if self.clock() < self._retry_at:
            return False
        begun_s = int(self._zero_s + self._waiting[0].time_s)
        kind = "checkin" if self.length_s else "continuous"
        try:
            with store.write() as session:
                note_seen(session, person_id=member.person_id, now_s=store.now_s())
                checkin = start_checkin(
                    session,
                    person_id=member.person_id,
                    consent_id=member.consent_id,
                    kind=kind,
                    now_s=begun_s,
                )
        except StorageError as error:
            self.problem = f"Nothing is being recorded: {error}"
            self._retry_at = self.clock() + RETRY_S
            return False
        self._checkin_id = checkin.id
        return True

    def _end(self, store: Store) -> None:
        if self._checkin_id is None or self.member is None:
            return
        from fer_core.storage.checkins import end_checkin

        try:
            store.writer.flush(2.0)
            with store.write() as session:
                end_checkin(
                    session,
                    checkin_id=self._checkin_id,
                    person_id=self.member.person_id,
                    now_s=store.now_s(),
                    result=describe(self.sitting.result(self.rule), self.rule),
                )
        except StorageError as error:
            self.problem = f"The result was not kept: {error}"


def describe(result: Result, rule: Rule) -> dict[str, Any]:
    """What was shown, as plain values to keep; None where a number is unknown."""

    def number(value: float) -> float | None:
        return round(value, 4) if value == value else None

    return {
        "verdict": result.verdict.value,
        "stress": number(result.stress.value),
        "stress_low": number(result.stress.low),
        "stress_high": number(result.stress.high),
        "happiness": number(result.happiness.value),
        "coverage": number(result.stress.coverage),
        "window_s": result.window_s,
        "threshold": rule.threshold,
        "emotions": list(rule.emotions),
    }


def this_desk() -> Desk:
    """The place of this visitor, and of nobody else."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Desk(Visit.of_settings())
    desk: Desk = st.session_state[_KEY]
    return desk


def leave_wellbeing_page() -> None:
    """Called when another page is shown: the check-in ends, the place is free."""
    if _KEY in st.session_state:
        desk = this_desk()
        if desk.is_busy:
            from fer_core.storage import shared_store

            desk.finish(shared_store())
