"""Joining, the second's work, leaving, erasing and a restart, on a real database."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from fer_core.classroom.hub import GIVE_UP_S, HOLD_S, LAG_S
from fer_core.classroom.measures import FACING
from fer_core.classroom.membership import find_place, join, leave_and_erase
from fer_core.errors import AccessError, InputError
from fer_core.storage import Store, checkins, choices, persons, rooms, sittings
from fer_core.storage.room_tables import Room, RoomSecond
from fer_core.storage.tables import CheckIn, Consent, Person, Sample
from tests.classroom.frames import frame
from tests.classroom.group import AWAY, HERE, Class, enter, make_hub, open_room
from tests.clock import Clock


@pytest.fixture
def group(store: Store, clock: Clock) -> Class:
    return Class(store, clock, make_hub(store, clock))


def test_nobody_joins_without_a_purpose_or_a_code(store: Store) -> None:
    room = open_room(store)
    with pytest.raises(InputError, match="No open room"):
        join(store, code="AAAAAAAA", key=None, consent_text="")
    with pytest.raises(InputError, match="one camera"):
        enter(store, open_room(store, mode="camera"))
    with store.write() as session:
        choices.choose_purpose(session, purpose="self", number=1, now_s=store.now_s())
    with pytest.raises(AccessError, match="has not chosen a purpose"):
        enter(store, room)


def test_who_comes_back_is_the_same_and_two_without_a_key_are_two(store: Store) -> None:
    room = open_room(store)
    first, key = enter(store, room)
    assert key
    again, made = enter(store, room, key)
    assert again == first
    assert made is None
    other, _ = enter(store, room)
    assert other.person_id != first.person_id
    assert find_place(store, code=room.code.lower(), key=key) == first
    assert find_place(store, code=room.code, key="guessed") is None
    assert find_place(store, code=room.code, key=None) is None
    with store.read() as session:
        assert rooms.count_members(session, room_id=room.id) == 2
        assert session.scalar(select(func.count()).select_from(Consent)) == 2


def test_a_class_is_shown_from_k_people_on(store: Store, group: Class) -> None:
    room = open_room(store)
    group.add(room, 2)
    group.pass_time(6)
    assert len(group.shown(room)) == 0, "two are fewer than three"
    late = group.add(room, 1)
    group.pass_time(9)
    lesson = group.shown(room)
    assert len(lesson) >= 5
    assert set(lesson.people) == {3}
    assert lesson.values[-1, FACING] == 1.0
    group.pass_time(4, away=frozenset({late[0].person_id}))
    assert group.shown(room).values[-1, FACING] == 0.7, "two of three, in tenths"
    with store.read() as session:
        course = checkins.load_course(session, person_id=late[0].person_id)
    assert len(course.times_s) >= 10, "and everybody's own samples are kept"
    assert course.facing[-1] == 0.0


def test_one_who_joins_or_goes_changes_no_figure(store: Store, group: Class) -> None:
    room = open_room(store)
    group.add(room, 5)
    group.pass_time(6)
    extra = group.add(room, 1)[0]
    group.pass_time(8, away=frozenset({extra.person_id}))
    lesson = group.shown(room)
    assert set(lesson.people) == {5}
    assert set(lesson.values[:, FACING]) == {1.0}, "the sixth looks away, which nobody sees"
    first = min(group.seats)
    place = group.seats.pop(first).place
    group.hub.stand_up(place)
    leave_and_erase(store, place)
    group.pass_time(8)
    with store.read() as session:
        old, new = sittings.load_cohorts(session, room_id=room.id)[0].values()
    assert place.person_id not in old | new, "erased here as well"
    assert len(old | {place.person_id}) == 5
    assert len((old | {place.person_id}) ^ new) >= 3, "others rest with them"


def test_a_lost_connection_is_held_and_then_counts_as_gone(store: Store, group: Class) -> None:
    room = open_room(store, k=2)
    places = group.add(room, 2)
    group.pass_time(7)
    gone = group.seats.pop(places[0].person_id)
    group.pass_time(HOLD_S - 2)
    assert group.shown(room).times_s[-1] == int(group.clock.now_s) - LAG_S
    group.pass_time(8)
    ended = group.shown(room).times_s[-1]
    assert ended < group.clock.now_s - 4
    group.seats[gone.place.person_id] = group.hub.sit(gone.place)
    group.pass_time(8)
    assert group.shown(room).times_s[-1] == int(group.clock.now_s) - LAG_S
    group.seats.clear()
    group.pass_time(GIVE_UP_S + 2)
    assert group.hub.count_streams(room.id) == 0


def test_leaving_erases_from_the_file_and_keeps_the_class(
    store: Store, group: Class, tmp_path: Path
) -> None:
    room = open_room(store)
    places = group.add(room, 3)
    group.pass_time(8)
    shown = group.shown(room)
    leaver = places[0]
    group.hub.stand_up(leaver)
    del group.seats[leaver.person_id]
    assert leave_and_erase(store, leaver), "they were nowhere else"
    group.pass_time(3)
    with store.read() as session:
        assert session.get(Person, leaver.person_id) is None
        assert not session.scalars(select(Sample).where(Sample.person_id == leaver.person_id)).all()
        assert rooms.count_members(session, room_id=room.id) == 2
    for path in store.database.files():
        assert leaver.pseudonym.encode() not in path.read_bytes()
    after = group.shown(room)
    assert (after.values == shown.values[: len(after)]).all(), "what was shown stays as it was"


def test_leaving_keeps_what_a_person_did_elsewhere(store: Store, group: Class) -> None:
    room, other = open_room(store), open_room(store)
    place, key = enter(store, room)
    elsewhere, _ = enter(store, other, key)
    assert elsewhere.person_id == place.person_id
    assert not leave_and_erase(store, place)
    with store.read() as session:
        assert not rooms.is_member(session, room_id=room.id, person_id=place.person_id)
        left = session.scalars(select(CheckIn.room_id)).all()
        assert list(left) == [other.id]
    assert leave_and_erase(store, elsewhere)


def test_after_a_restart_the_room_goes_on_and_the_groups_of_before_count(
    store: Store, group: Class
) -> None:
    room = open_room(store)
    places = group.add(room, 4)
    group.pass_time(7)
    with store.read() as session:
        cohorts, _ = sittings.load_cohorts(session, room_id=room.id)
    assert list(cohorts.values()) == [frozenset(place.person_id for place in places)]
    again = Class(store, group.clock, make_hub(store, group.clock))
    for place in places[1:]:
        again.seats[place.person_id] = again.hub.sit(place)
    before = len(again.shown(room))
    again.pass_time(9)
    assert len(again.shown(room)) == before, "three of the four would tell about the fourth"
    again.add(room, 3)
    again.pass_time(9)
    assert len(again.shown(room)) > before
    with store.read() as session:
        assert sorted(sittings.load_cohorts(session, room_id=room.id)[0]) == [0, 1]


@pytest.mark.parametrize(
    "event",
    ["room closed", "time over", "purpose withdrawn", "erased", "asked anew", "consent withdrawn"],
)
def test_what_ends_a_class_ends_it_at_once(store: Store, group: Class, event: str) -> None:
    room = open_room(store, minutes=1)
    places = group.add(room, 3)
    group.pass_time(6)
    before = len(group.shown(room))
    assert before
    if event == "erased":
        store.erase(person_id=places[0].person_id)
    elif event == "time over":
        group.clock.now_s += 60
    elif event == "asked anew":  # the same purpose again: a new text, to which nobody agreed
        with store.write() as session:
            details = {"reference": "B", "ethics_approved": True}
            choices.choose_purpose(session, purpose="research", number=1, now_s=2, **details)
    elif event == "consent withdrawn":  # in another tab, which knows nothing of this stream
        with store.write() as session:
            persons.withdraw_consents(session, person_id=places[0].person_id, now_s=store.now_s())
    else:
        with store.write() as session:
            if event == "room closed":
                rooms.close_room(session, room_id=room.id, holder=9, now_s=store.now_s())
            else:
                choices.choose_purpose(session, purpose="self", number=1, now_s=store.now_s())
    group.pass_time(5)
    assert len(group.shown(room)) == before
    assert group.hub.count_streams(room.id) == (
        2 if event in ("erased", "consent withdrawn") else 0
    )


def test_a_camera_stores_no_row_per_face(store: Store, clock: Clock) -> None:
    hub, room = make_hub(store, clock), open_room(store, mode="camera")
    seat = hub.set_up(room.id, room.k_min)
    assert hub.watching(room.id) is seat
    for _ in range(18):
        clock.now_s += 0.5
        seen = frame(HERE, HERE, AWAY, HERE, at_s=clock.now_s)
        seat.meter.add(seen, clock.now_s)
        hub.tick()
    assert store.writer.flush()
    with store.read() as session:
        seconds = session.scalars(select(RoomSecond)).all()
        assert not session.scalars(select(Sample)).all()
        assert not session.scalars(select(Person)).all()
    assert len(seconds) >= 3
    assert {(one.people, one.facing) for one in seconds} == {(4, 0.8)}
    hub.take_down(seat)
    assert hub.watching(room.id) is None


def test_still_pictures_are_no_class(store: Store, group: Class) -> None:
    """Five browsers, each with a poster before its camera."""
    room = open_room(store)
    places = group.add(room, 5)
    for _ in range(120):
        group.clock.now_s += 1
        for seat in group.seats.values():
            seat.meter.add(frame(HERE, posters=1), group.clock.now_s)
            seat.meter.add(frame(HERE, posters=1), group.clock.now_s + 0.4)
        group.hub.tick()
    assert group.store.writer.flush()
    assert all(seat.meter.is_still for seat in group.seats.values()), "which each is told"
    with store.read() as session:
        assert checkins.load_course(session, person_id=places[0].person_id).times_s.size
        assert sittings.load_cohorts(session, room_id=room.id)[0] == {}
    assert len(group.shown(room)) == 0
    group.pass_time(9)
    assert set(group.shown(room).people) == {5}, "people who sit down instead"


def test_who_leaves_a_picture_behind_counts_for_a_minute_at_most(
    store: Store, group: Class
) -> None:
    room = open_room(store)
    group.add(room, 3)
    group.pass_time(6)
    for second in range(90):
        group.clock.now_s += 1
        for number, seat in enumerate(group.seats.values()):
            seen = frame(HERE, at_s=0 if number == 0 else second)
            seat.meter.add(seen, group.clock.now_s)
            seat.meter.add(seen, group.clock.now_s + 0.4)
        group.hub.tick()
    assert group.store.writer.flush()
    assert 50 < group.shown(room).times_s[-1] - group.shown(room).times_s[0] < 60 + HOLD_S + 6


def test_a_person_is_gone_with_the_rooms_they_forgot(store: Store, group: Class) -> None:
    """The purge, with a moved clock: nothing of a lesson is left after the retention period."""
    room = open_room(store, k=2)
    group.add(room, 2)
    group.pass_time(5)
    group.clock.now_s += 31 * 86_400
    assert store.purge(30).total > 0
    with store.read() as session:
        for table in (Room, RoomSecond, Person, Sample, CheckIn):
            assert not session.scalars(select(table)).all(), table
        assert persons.find_person(session, key="x") is None
