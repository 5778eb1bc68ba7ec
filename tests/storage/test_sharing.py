"""One room, two processes: two hubs with a store each on one database, SQLite and PostgreSQL."""

import numpy as np
import pytest
from sqlalchemy import select

from fer_core.classroom.hub import HOLD_S, LAG_S, RoomHub
from fer_core.classroom.lesson import Lesson
from fer_core.classroom.measures import FACING, WIDTH
from fer_core.classroom.membership import leave_and_erase, say
from fer_core.classroom.sharing import LEAD_S, LeadLostError
from fer_core.storage import Store, answers, rooms, sittings
from fer_core.storage.room_tables import Room, RoomMember
from tests.classroom.frames import frame
from tests.classroom.group import AWAY, HERE, Class, make_hub, open_room
from tests.clock import Clock


class TwoProcesses:
    """Students of one class, some of them connected to each process."""

    def __init__(self, stores: tuple[Store, Store], clock: Clock) -> None:
        self.clock = clock
        self.parts = [Class(store, clock, make_hub(store, clock)) for store in stores]

    def pass_time(self, seconds: int, asleep: RoomHub | None = None) -> None:
        for _ in range(seconds * 4):
            self.clock.now_s += 0.25
            for part in self.parts:
                for seat in part.seats.values():
                    seat.meter.add(frame(HERE, at_s=self.clock.now_s), self.clock.now_s)
                if self.clock.now_s % 1 == 0 and part.hub is not asleep:
                    part.hub.tick()
        for part in self.parts:
            assert part.store.writer.flush()

    def people(self, room: Room) -> list[int]:
        return [int(one) for one in self.shown(room).people]

    def shown(self, room: Room) -> Lesson:
        return self.parts[0].shown(room)


@pytest.fixture
def both(stores: tuple[Store, Store], clock: Clock) -> TwoProcesses:
    return TwoProcesses(stores, clock)


def test_students_count_wherever_they_are_connected(both: TwoProcesses) -> None:
    room = open_room(both.parts[0].store, k=5)
    for part, count in zip(both.parts, (2, 3), strict=True):
        part.add(room, count)
    both.pass_time(8)
    shown = both.shown(room)
    assert set(shown.people) == {5}, "neither process has five alone"
    assert shown.times_s[-1] == int(both.clock.now_s) - LAG_S


def test_four_people_are_nobody_though_one_is_connected_to_both(both: TwoProcesses) -> None:
    room = open_room(both.parts[0].store, k=5)
    mine, theirs = (part.add(room, 2) for part in both.parts)
    both.parts[1].seats[mine[0].person_id] = both.parts[1].hub.sit(mine[0])
    both.pass_time(8)
    assert both.people(room) == []
    fifth = both.parts[1].add(room, 1)[0]
    both.pass_time(6)
    assert set(both.people(room)) == {5}
    both.parts[1].hub.stand_up(fifth)
    del both.parts[1].seats[fifth.person_id]
    before = len(both.people(room))
    both.pass_time(5)
    assert len(both.people(room)) <= before + LAG_S + 1, "whoever stops counts no more"
    assert leave_and_erase(both.parts[1].store, theirs[0])
    with both.parts[0].store.read() as session:
        left = session.scalars(select(RoomMember.person_id)).all()
    assert theirs[0].person_id not in left, "with what they left for the other process"


def test_what_students_say_is_counted_over_all_processes(both: TwoProcesses) -> None:
    room = open_room(both.parts[0].store, k=4)
    places = [part.add(room, 2) for part in both.parts]
    both.pass_time(8)
    for part, mine in zip(both.parts, places, strict=True):
        for place in mine:
            say(part.store, place, part is both.parts[0], True)
    both.pass_time(2)
    with both.parts[1].store.read() as session:
        (count,) = answers.list_answers(session, room_id=room.id)
        assert (count.people, count.follows, count.agrees) == (4, 0.5, 0.5)
        assert not answers.waiting_answers(session, room_id=room.id)


def test_the_last_student_of_a_process_counts_no_more_once_they_stop(both: TwoProcesses) -> None:
    room = open_room(both.parts[0].store, k=5)
    both.parts[0].add(room, 4)
    both.pass_time(1)
    last = both.parts[1].add(room, 1)[0]
    both.pass_time(8)
    before = both.people(room)
    assert set(before) == {5}
    both.parts[1].hub.stand_up(last)
    del both.parts[1].seats[last.person_id]
    both.pass_time(6)
    assert len(both.people(room)) <= len(before) + LAG_S + 1
    with both.parts[0].store.read() as session:
        assert not session.scalars(
            select(RoomMember.measures).where(RoomMember.person_id == last.person_id)
        ).one(), "what was left for the leader is taken back"


def test_no_group_is_noted_over_one_of_another_process(both: TwoProcesses) -> None:
    """As where clocks differ: the other led in between, and gave the room back."""
    first = both.parts[0]
    room = open_room(first.store, k=3)
    people = [one.person_id for one in first.add(room, 3)]
    both.pass_time(10)
    number = max(_numbers(first.store, room)) + 1
    with first.store.write() as session:
        sittings.save_cohort(session, room_id=room.id, number=number, person_ids=people)
    with pytest.raises(LeadLostError, match="meanwhile"):
        first.hub._share.save_group(room.id, number, people)


def test_when_the_leader_dies_the_other_follows_and_shows_no_group_that_tells_of_few(
    both: TwoProcesses,
) -> None:
    first, second = both.parts
    room = open_room(first.store, k=3)
    gone, stay = first.add(room, 3), second.add(room, 3)
    both.pass_time(10)
    assert both.people(room)[-1] == 6
    both.parts.pop(0)
    both.pass_time(LEAD_S + HOLD_S + 3)
    groups = _groups(second.store, room)
    assert groups[-1] == _of(stay)
    assert second.shown(room).times_s[-1] == int(both.clock.now_s) - LAG_S
    assert second.shown(room).people[-1] == 3
    # They come back, to the process that is left, each as who they were.
    for place in gone[:2]:
        second.seats[place.person_id] = second.hub.sit(place)
    both.pass_time(6)
    assert _groups(second.store, room) == groups, "two more would tell about the two"


def test_a_leader_that_slept_shows_no_new_group(both: TwoProcesses) -> None:
    first, second = both.parts
    room = open_room(first.store, k=3)
    first.add(room, 3)
    both.pass_time(5)
    second.add(room, 3)
    both.pass_time(LEAD_S + 2, asleep=first.hub)
    with first.store.read() as session:
        assert session.get_one(Room, room.id).lead == second.hub._share.process
    shown = _groups(second.store, room)
    # It still takes itself for the leader, until it looks.
    first.hub._share._until_s[room.id] = int(both.clock.now_s) + 60
    both.pass_time(5)
    assert _groups(first.store, room)[: len(shown)] == shown
    numbers = _numbers(first.store, room)
    assert len(numbers) == len(set(numbers)), "one process numbers the groups"


def test_a_process_that_ends_hands_its_rooms_over_at_once(both: TwoProcesses) -> None:
    first, second = both.parts
    room = open_room(first.store, k=3)
    first.add(room, 1)
    both.pass_time(2)
    second.add(room, 3)
    both.pass_time(2)
    first.hub.close()
    both.parts.pop(0)
    both.pass_time(1)
    with second.store.read() as session:
        assert session.get_one(Room, room.id).lead == second.hub._share.process


def test_a_later_camera_elsewhere_ends_the_first(both: TwoProcesses) -> None:
    room = open_room(both.parts[0].store, mode="camera")
    hubs = [part.hub for part in both.parts]
    old = hubs[0].set_up(room.id, room.k_min)
    _watch(both, old, HERE, 3)
    new = hubs[1].set_up(room.id, room.k_min)
    _watch(both, new, AWAY, 6)
    assert hubs[0].watching(room.id) is None
    assert hubs[1].watching(room.id) is new
    assert both.shown(room).values[-1, FACING] == 0.0


def test_who_is_no_member_is_not_made_one(both: TwoProcesses) -> None:
    store = both.parts[0].store
    room = open_room(store)
    with store.write() as session:
        rooms.close_room(session, room_id=room.id, holder=9, now_s=store.now_s())
    both.parts[0].hub._share.leave(room.id, {77: (5, np.full(WIDTH, 0.1))})
    with store.read() as session:
        assert not session.scalars(select(RoomMember)).all()


def _watch(both: TwoProcesses, seat: object, face: object, seconds: int) -> None:
    for _ in range(seconds * 2):
        both.clock.now_s += 0.5
        seat.meter.add(frame(face, face, face, at_s=both.clock.now_s), both.clock.now_s)
        for part in both.parts:
            part.hub.tick()
    for part in both.parts:
        assert part.store.writer.flush()


def _of(places: list) -> frozenset[int]:
    return frozenset(place.person_id for place in places)


def _groups(store: Store, room: Room) -> list[frozenset[int]]:
    with store.read() as session:
        return list(sittings.load_cohorts(session, room_id=room.id)[0].values())


def _numbers(store: Store, room: Room) -> list[int]:
    with store.read() as session:
        return list(sittings.load_cohorts(session, room_id=room.id)[0])
