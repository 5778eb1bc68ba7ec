"""What a check-in's seconds become in the database."""

import numpy as np
import pytest

from fer_core.errors import StorageError
from fer_core.storage import Store, persons
from fer_core.storage.consents import present_version
from fer_core.storage.tables import CheckIn, Sample
from fer_core.types import EmotionSample
from fer_core.wellbeing.recording import RETRY_S, CheckInRecorder, Member
from fer_core.wellbeing.sitting import LATENESS_S, Rule, Sitting
from tests.clock import Clock


def member_of(store: Store) -> Member:
    with store.write() as session:
        person = persons.create_person(session, now_s=store.now_s(), pseudonym="ada").person
        consent = persons.give_consent(
            session,
            person_id=person.id,
            purpose="tests",
            version=present_version(session, 1),
            text="I agree.",
            now_s=store.now_s(),
        )
        return Member(person.id, person.pseudonym, None, consent.id)


def second(number: int) -> EmotionSample:
    probs = np.full(7, 1 / 7, np.float32)
    return EmotionSample(float(number), 1.0, 1, probs, 0.9)


def stored(store: Store) -> list[int]:
    store.writer.flush()
    with store.read() as session:
        return [row.second_s for row in session.query(Sample).order_by(Sample.second_s)]


def test_seconds_lie_where_the_stream_began(sqlite_store: Store, clock: Clock) -> None:
    recorder = CheckInRecorder(member_of(sqlite_store), clock=clock)
    clock.now_s += 7
    recorder.begin_at(7.0)
    zero_s = int(clock()) - 7
    clock.now_s += 100
    recorder.begin_at(9.0)  # the beginning stays
    recorder.take(sqlite_store, [second(0), second(1)])
    recorder.take(sqlite_store, [second(4)])
    assert stored(sqlite_store) == [zero_s, zero_s + 1, zero_s + 4]
    assert recorder.is_stored


def test_whoever_did_not_join_is_not_recorded(sqlite_store: Store, clock: Clock) -> None:
    recorder = CheckInRecorder(None, clock=clock)
    recorder.take(sqlite_store, [second(0)])
    assert (stored(sqlite_store), recorder.is_stored) == ([], False)
    assert not recorder.may_go_on(sqlite_store)


def test_seconds_wait_for_a_database_that_does_not_answer(
    sqlite_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = CheckInRecorder(member_of(sqlite_store), clock=clock)
    recorder.begin_at(0.0)

    def refuse(*args: object, **kwargs: object) -> None:
        raise StorageError("The database does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr("fer_core.wellbeing.recording.start_checkin", refuse)
        recorder.take(sqlite_store, [second(0)])
    assert recorder.problem == "Nothing is being recorded: The database does not answer."
    recorder.take(sqlite_store, [second(1)])
    assert stored(sqlite_store) == [], "it is not asked again at once"
    clock.now_s += RETRY_S
    recorder.take(sqlite_store, [second(2)])
    assert len(stored(sqlite_store)) == 3
    assert recorder.problem is None


def test_the_result_is_kept_with_the_check_in(sqlite_store: Store, clock: Clock) -> None:
    recorder = CheckInRecorder(member_of(sqlite_store), "continuous", clock)
    recorder.begin_at(0.0)
    sitting = Sitting()
    recorder.take(sqlite_store, sitting.take([second(n) for n in range(20)], 20 + LATENESS_S))
    rule = Rule()
    recorder.end(sqlite_store, sitting.result(rule), rule)
    with sqlite_store.read() as session:
        row = session.query(CheckIn).one()
        assert row.kind == "continuous"
        assert row.result["threshold"] == rule.threshold
        assert row.result["stress"] == pytest.approx(4 / 7, abs=1e-3)


def moved(store: Store) -> bool | None:
    store.writer.flush()
    with store.read() as session:
        return session.query(CheckIn).one().moved


def test_a_face_that_moved_is_noted_once_it_did(
    sqlite_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = CheckInRecorder(member_of(sqlite_store), clock=clock)
    recorder.begin_at(0.0)
    recorder.take(sqlite_store, [second(0)])
    assert moved(sqlite_store) is False

    def refuse(*args: object, **kwargs: object) -> None:
        raise StorageError("The database does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr("fer_core.wellbeing.recording.note_moved", refuse)
        recorder.take(sqlite_store, [], is_person=True)
    assert moved(sqlite_store) is False
    clock.now_s += RETRY_S
    recorder.take(sqlite_store, [], is_person=True)
    assert moved(sqlite_store) is True


def test_a_face_that_moved_is_noted_at_the_end_at_the_latest(
    sqlite_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = CheckInRecorder(member_of(sqlite_store), clock=clock)
    recorder.take(sqlite_store, [second(0)])
    with monkeypatch.context() as patch:
        patch.setattr(CheckInRecorder, "_note_moved", lambda *_: None)  # the database is away
        recorder.take(sqlite_store, [], is_person=True)
    assert moved(sqlite_store) is False
    recorder.end(sqlite_store, Sitting().result(Rule()), Rule())
    assert moved(sqlite_store) is True


def test_a_face_that_moved_before_its_first_second_counts_at_once(
    sqlite_store: Store, clock: Clock
) -> None:
    recorder = CheckInRecorder(member_of(sqlite_store), clock=clock)
    recorder.take(sqlite_store, [second(0)], is_person=True)
    assert moved(sqlite_store) is True
