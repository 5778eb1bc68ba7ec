"""What students say of themselves: counted from k people on, once each; the camera beside it."""

import csv
import io
from collections.abc import Mapping

import numpy as np
import pytest
from sqlalchemy import select

from fer_core.classroom.answers import (
    FEWEST_S,
    GATHER_S,
    LOOK_BACK_S,
    AnswerCount,
    add_up,
    attends,
    count_answers,
)
from fer_core.classroom.lesson import BEFORE, Lesson, seconds_csv, summarise, summary_csv
from fer_core.classroom.measures import EYES_OPEN, FACING, WIDTH
from fer_core.classroom.membership import Place, leave_and_erase, say
from fer_core.errors import AccessError
from fer_core.storage import Store, answers, choices, export, persons, rooms
from fer_core.storage.room_tables import Room, RoomAnswers, RoomMember
from tests.classroom.group import Class, make_hub, open_room
from tests.clock import Clock

Answers = Mapping[int, tuple[int, bool, bool | None]]


@pytest.mark.parametrize(
    ("facing", "eyes", "word"),
    [
        ([1] * 10, [1] * 10, True),
        ([1] * 10, [0] * 10, False),
        ([1] * 5 + [0] * 5, [1] * 10, True),
        ([1] * 4 + [0] * 6, [1] * 10, False),
        ([1] * (FEWEST_S - 1), [1] * (FEWEST_S - 1), None),
        ([1] * 10, [np.nan] * 10, None),
        ([], [], None),
    ],
)
def test_the_cameras_word(facing: list[float], eyes: list[float], word: bool | None) -> None:
    seconds = np.zeros((len(facing), WIDTH))
    seconds[:, FACING], seconds[:, EYES_OPEN] = facing, eyes
    assert attends(seconds) is word


def spoke(*words: tuple[bool, bool | None], at_s: int = 0) -> Answers:
    return {person: (at_s, *word) for person, word in enumerate(words)}


FOUR = spoke((True, True), (True, False), (False, False), (False, None))


@pytest.mark.parametrize(
    ("said", "group", "now_s", "count"),
    [
        (FOUR, range(4), 0, AnswerCount(0, 4, 0.5, 3, 0.7)),  # all of the group: nobody to wait for
        (FOUR, range(6), GATHER_S - 1, None),
        (FOUR, range(6), GATHER_S, AnswerCount(GATHER_S, 4, 0.5, 3, 0.7)),
        (FOUR, range(1, 4), 99, AnswerCount(99, 3, 0.3, 0, None)),  # two measured are too few
        (FOUR, range(2, 9), 99, None),  # two of the group spoke, two others are not in it
        (FOUR, (), 99, None),
        ({}, range(4), 99, None),
    ],
)
def test_what_is_counted(
    said: Answers, group: range, now_s: int, count: AnswerCount | None
) -> None:
    found = count_answers(said, group, 3, now_s)
    assert (found and found[0]) == count
    if found:
        assert found[1] == set(group) & said.keys()


def test_counts_add_up_by_people() -> None:
    one, two = AnswerCount(5, 3, 1.0, 3, 1.0), AnswerCount(9, 6, 0.0, 0, None)
    assert add_up([one, two]) == AnswerCount(9, 9, 0.3, 3, 1.0)
    assert add_up([]) is None


def test_a_lessons_files_and_summary_have_them() -> None:
    nothing = np.zeros(0, np.int64)
    said = (AnswerCount(110, 5, 0.8, 5, 0.6), AnswerCount(130, 5, 0.2, 0, None))
    lesson = Lesson(nothing, nothing, np.zeros((0, WIDTH)), said)
    parts = summarise(lesson, [(120, "two")], start_s=100, end_s=140)
    assert [(p.label, p.said) for p in parts] == [(BEFORE, said[0]), ("two", said[1])]
    for text in (seconds_csv(lesson, [], start_s=100), summary_csv(parts)):
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [(r["answers"], r["say_they_follow"], r["camera_agrees"]) for r in rows] == [
            ("5", "0.8", "0.6"),
            ("5", "0.2", ""),
        ]
    later = Lesson(nothing, nothing, np.zeros((0, WIDTH)), said[:1])
    assert later.then(lesson).answers == said


# --- in a room ----------------------------------------------------------------------------------


@pytest.fixture
def group(store: Store, clock: Clock) -> Class:
    return Class(store, clock, make_hub(store, clock))


def counted(store: Store, room: Room) -> list[tuple[int, float, int, float | None]]:
    with store.read() as session:
        found = answers.list_answers(session, room_id=room.id)
        return [(one.people, one.follows, one.measured, one.agrees) for one in found]


def waiting(store: Store) -> list[bool | None]:
    with store.read() as session:
        found = session.scalars(select(RoomMember.said_follows).order_by(RoomMember.person_id))
        return list(found)


def speak(group: Class, places: list[Place], follows: bool) -> None:
    for place in places:
        meter = group.seats[place.person_id].meter
        seen = attends(meter.looked_back(group.clock.now_s, LOOK_BACK_S))
        say(group.store, place, follows, seen)


def test_answers_are_counted_from_k_people_on_and_once(store: Store, group: Class) -> None:
    room = open_room(store, k=3)
    places = group.add(room, 4)
    away = frozenset({places[0].person_id})
    group.pass_time(15, away=away)
    speak(group, places[:2], follows=False)
    group.pass_time(GATHER_S + 2, away=away)
    assert counted(store, room) == [], "two are fewer than three"
    speak(group, places[2:3], follows=True)
    group.pass_time(1, away=away)
    assert counted(store, room) == [(3, 0.3, 3, 0.7)], "one looked away, and said to be lost"
    assert waiting(store) == [None] * 4, "deleted by the count"
    speak(group, places[3:], follows=True)
    group.pass_time(answers.WAIT_S, away=away)
    assert len(counted(store, room)) == 1
    assert waiting(store) == [None] * 4, "who stayed alone is never counted"


def test_answers_of_those_who_rest_or_left_are_not_counted(store: Store, group: Class) -> None:
    room = open_room(store, k=3)
    places = group.add(room, 3)
    group.pass_time(12)
    fourth = group.add(room, 1)  # waits until three can be taken in together
    speak(group, places[:2] + fourth, follows=True)
    group.pass_time(GATHER_S + 2)
    assert counted(store, room) == []
    assert leave_and_erase(store, fourth[0])
    with pytest.raises(AccessError, match="not in this room any more"):
        say(store, fourth[0], True, None)
    speak(group, places[2:], follows=True)
    group.pass_time(1)
    assert counted(store, room) == [(3, 1.0, 3, 1.0)]


@pytest.mark.parametrize("event", ["taken back", "withdrawn", "asked anew", "closed"])
def test_what_is_taken_back_or_no_more_allowed_is_not_counted(
    store: Store, group: Class, event: str
) -> None:
    room = open_room(store, k=3)
    places = group.add(room, 4)
    group.pass_time(8)
    speak(group, places[:3], follows=True)
    with store.write() as session:
        if event == "withdrawn":
            persons.withdraw_consents(session, person_id=places[0].person_id, now_s=store.now_s())
        elif event == "asked anew":
            details = {"reference": "B", "ethics_approved": True}
            choices.choose_purpose(session, purpose="research", number=1, now_s=2, **details)
        elif event == "closed":
            rooms.close_room(session, room_id=room.id, holder=9, now_s=store.now_s())
    if event == "taken back":
        say(store, places[0], None, None)
        assert waiting(store).count(None) == 2
    else:
        with pytest.raises(AccessError):
            say(store, places[0], True, None)
    group.pass_time(GATHER_S + 2)
    assert counted(store, room) == []


def test_an_answer_is_in_its_persons_export_and_goes_with_the_sweep(
    store: Store, group: Class
) -> None:
    room = open_room(store, k=3)
    (place,) = group.add(room, 1)
    say(store, place, False, None)
    (kept,) = export.export_person(store.read, person_id=place.person_id)["rooms"]
    assert (kept["said_follows"], kept["said_s"]) == (False, int(group.clock.now_s))
    store.purge(30)
    assert waiting(store) == [False], "it may still be counted"
    group.clock.now_s += answers.WAIT_S
    with store.read() as session:
        own = answers.own_answer(
            session, room_id=room.id, person_id=place.person_id, now_s=store.now_s()
        )
    assert own is None
    store.purge(30)
    assert waiting(store) == [None]


def test_counts_go_with_their_room(store: Store, clock: Clock) -> None:
    room = open_room(store)
    with store.write() as session:
        answers.save_count(
            session, room_id=room.id, at_s=1, people=3, follows=0.7, measured=0, agrees=None
        )
    clock.now_s += 40 * 86_400
    store.purge(30)
    with store.read() as session:
        assert session.scalars(select(RoomAnswers)).all() == []
