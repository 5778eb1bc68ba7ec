"""The road from a check-in's seconds to the database, whichever way they were measured."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fer_core.errors import StorageError
from fer_core.storage import SampleRow, Store
from fer_core.storage.checkins import end_checkin, note_moved, start_checkin
from fer_core.storage.consents import is_in_force
from fer_core.storage.persons import note_seen
from fer_core.text import Sentence, mark
from fer_core.types import EmotionSample
from fer_core.wellbeing.sitting import Result, Rule

#: Between tries to begin a check-in in a database that does not answer.
RETRY_S: Final = 5.0
#: How long the end of a check-in waits for its last seconds to be written.
_FLUSH_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Member:
    """Who sits here: a pseudonym that agreed to the terms now in force."""

    person_id: int
    pseudonym: str
    team_id: int | None
    consent_id: int


@dataclass(slots=True)
class CheckInRecorder:
    """Writes one person's check-in: begun with its first second, ended with its result.

    A database that does not answer loses nothing: seconds wait, and the check-in is begun once it
    answers again.

    Attributes:
        member: whose check-in it is; None: nothing is written.
        kind: ``checkin``, or ``continuous`` for one without an end of its own.
        clock: UTC, seconds since 1970.
        problem: why it is not being recorded, a sentence; None while all is well.
    """

    member: Member | None
    kind: str = "checkin"
    clock: Callable[[], float] = time.time
    problem: str | None = None
    _checkin_id: int | None = None
    _zero_s: float = 0.0
    _waiting: list[EmotionSample] = field(default_factory=list)
    _retry_at: float = 0.0
    _has_moved: bool = False
    _is_person: bool = False

    @property
    def is_stored(self) -> bool:
        """Whether anything of it is in the database."""
        return self._checkin_id is not None

    def begin_at(self, time_s: float) -> None:
        """Note at which UTC second the stream began, where its own time is this now; once."""
        if not self._zero_s:
            self._zero_s = self.clock() - time_s

    def may_go_on(self, store: Store) -> bool:
        """Whether the consent is in force under which the check-in is recorded; while the database
        cannot be asked, nothing is written either."""
        if self.member is None:
            return False
        try:
            with store.read() as session:
                return is_in_force(session, consent_id=self.member.consent_id)
        except StorageError:
            return True

    def take(
        self, store: Store, samples: Sequence[EmotionSample], *, is_person: bool = False
    ) -> None:
        """Hand the seconds that count, in the stream's time, to the writer.

        Args:
            store: where the database is.
            samples: the new ones.
            is_person: whether the face moved like a person's so far: else it counts in no team.
        """
        self._is_person |= is_person
        if is_person and self._checkin_id is not None:
            self._note_moved(store)
        self._waiting += samples
        if self.member is None or not self._waiting:
            return
        if self._checkin_id is None and not self._open(store, self.member, is_person):
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

    def drop(self) -> None:
        """Forget the seconds that wait."""
        self._waiting = []

    def end(
        self, store: Store, result: Result, rule: Rule, *, model: dict[str, Any] | None = None
    ) -> None:
        """Keep what was shown at the end with the check-in, if it was begun, and which model (see
        ``ModelIdentity.to_dict``) it was measured with."""
        if self._checkin_id is None or self.member is None:
            return
        try:
            store.writer.flush(_FLUSH_S)
            with store.write() as session:
                if self._is_person and not self._has_moved:  # the database was away before
                    note_moved(
                        session, checkin_id=self._checkin_id, person_id=self.member.person_id
                    )
                end_checkin(
                    session,
                    checkin_id=self._checkin_id,
                    person_id=self.member.person_id,
                    now_s=store.now_s(),
                    result=describe(result, rule) | {"model": model},
                )
        except StorageError as error:
            self.problem = Sentence(mark("The result was not kept: {error}"), error=error.args[0])

    def _open(self, store: Store, member: Member, is_person: bool) -> bool:
        """Begin the check-in in the database; False where that cannot be done now."""
        if self.clock() < self._retry_at:
            return False
        begun_s = int(self._zero_s + self._waiting[0].time_s)
        try:
            with store.write() as session:
                note_seen(session, person_id=member.person_id, now_s=store.now_s())
                checkin = start_checkin(
                    session,
                    person_id=member.person_id,
                    consent_id=member.consent_id,
                    kind=self.kind,
                    now_s=begun_s,
                    moved=is_person,
                )
        except StorageError as error:
            self.problem = Sentence(mark("Nothing is being recorded: {error}"), error=error.args[0])
            self._retry_at = self.clock() + RETRY_S
            return False
        self._checkin_id, self._has_moved = checkin.id, is_person
        return True

    def _note_moved(self, store: Store) -> None:
        """Once; where the database does not answer, with one of the next seconds."""
        if self._has_moved or self.member is None or self.clock() < self._retry_at:
            return
        assert self._checkin_id is not None
        try:
            with store.write() as session:
                note_moved(session, checkin_id=self._checkin_id, person_id=self.member.person_id)
        except StorageError:  # the writer says so, too
            self._retry_at = self.clock() + RETRY_S
        else:
            self._has_moved = True


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
