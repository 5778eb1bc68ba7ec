"""Sittings in rooms, signs of life and groups that were shown, on both databases."""

from fer_core.storage import Store, persons, rooms, sittings
from fer_core.storage.room_tables import Room, RoomMember
from tests.storage.fills import add_person, sit


def _room(store: Store) -> Room:
    with store.write() as session:
        return rooms.open_room(
            session, title="A", mode="devices", holder=1, k_min=2, now_s=100, closes_s=200
        )


def test_a_person_has_one_sitting_in_a_room(store: Store) -> None:
    room, other = _room(store), _room(store)
    person, _ = add_person(store, "otter")
    with store.write() as session:
        found = sittings.find_sitting(session, room_id=room.id, person_id=person)
        assert found is None, "a check-in elsewhere is none"
        first = sittings.take_sitting(
            session, room_id=room.id, person_id=person, consent_id=1, now_s=110
        )
        again = sittings.take_sitting(
            session, room_id=room.id, person_id=person, consent_id=2, now_s=120
        )
        elsewhere = sittings.take_sitting(
            session, room_id=other.id, person_id=person, consent_id=2, now_s=120
        )
        assert first.id == again.id != elsewhere.id
        assert (first.kind, first.started_s) == (sittings.KIND, 110)
        assert first.consent_id == 2, "who comes back is recorded under what they agreed to last"


def test_only_members_find_a_room_that_is_closed(store: Store) -> None:
    room = _room(store)
    person, _ = add_person(store, "otter")
    stranger, _ = add_person(store, "badger")
    with store.write() as session:
        rooms.join_room(session, room_id=room.id, person_id=person, now_s=110)
        assert sittings.open_room_ids(session, room_ids=[room.id, 99], now_s=150) == {room.id}
        rooms.close_room(session, room_id=room.id, holder=1, now_s=150)
        assert sittings.open_room_ids(session, room_ids=[room.id], now_s=150) == set()
        for code in (room.code, room.code.lower()):
            found = sittings.find_own_room(session, code=code, person_id=person)
            assert found is not None
        assert sittings.find_own_room(session, code=room.code, person_id=stranger) is None
        assert sittings.find_own_room(session, code="' OR 1=1", person_id=person) is None
        assert sittings.members_of(session, room_ids=[room.id]) == set(), "nobody agreed yet"
        sit(session, person, 110, kind=sittings.KIND, room_id=room.id)
        assert sittings.members_of(session, room_ids=[room.id]) == {(room.id, person)}
        persons.withdraw_consents(session, person_id=person, now_s=160)
        assert sittings.members_of(session, room_ids=[room.id]) == set()


def test_a_sign_of_life_brings_nobody_back(store: Store) -> None:
    room = _room(store)
    person, _ = add_person(store, "otter")
    with store.write() as session:
        rooms.join_room(session, room_id=room.id, person_id=person, now_s=110)
        sittings.touch_members(session, room_id=room.id, person_ids=[person, 999], now_s=130)
        assert session.get(RoomMember, (room.id, person)).seen_s == 130  # type: ignore[union-attr]
        rooms.leave_room(session, room_id=room.id, person_id=person)
        sittings.touch_members(session, room_id=room.id, person_ids=[person], now_s=140)
        assert not rooms.is_member(session, room_id=room.id, person_id=person)


def test_groups_go_with_the_sittings_of_who_was_in_them(store: Store) -> None:
    room = _room(store)
    people = [add_person(store, name)[0] for name in ("otter", "badger", "lynx")]
    with store.write() as session:
        for person in people:
            sittings.take_sitting(
                session, room_id=room.id, person_id=person, consent_id=1, now_s=110
            )
        sittings.save_cohort(session, room_id=room.id, number=0, person_ids=people[:2])
        sittings.save_cohort(session, room_id=room.id, number=1, person_ids=people)
    with store.write() as session:
        assert sittings.load_cohorts(session, room_id=room.id) == (
            {0: frozenset(people[:2]), 1: frozenset(people)},
            frozenset(),
        )
        rooms.leave_room(session, room_id=room.id, person_id=people[0])
        assert sittings.load_cohorts(session, room_id=room.id) == (
            {0: frozenset(people[1:2]), 1: frozenset(people[1:])},
            frozenset({0, 1}),
        ), "what is left is known to be a part"


def test_whether_a_person_is_anywhere_else(store: Store) -> None:
    room = _room(store)
    with store.write() as session:
        person = persons.create_person(session, now_s=100).person.id
        for purpose in ("classroom", "classroom"):
            persons.give_consent(
                session, person_id=person, purpose=purpose, version="1", text="", now_s=100
            )

        def more() -> bool:
            return sittings.has_more(session, person_id=person, purpose="classroom")

        assert not more()
        rooms.join_room(session, room_id=room.id, person_id=person, now_s=110)
        assert more()
        rooms.leave_room(session, room_id=room.id, person_id=person)
        assert not more()
        persons.give_consent(
            session, person_id=person, purpose="wellbeing", version="1", text="", now_s=100
        )
        assert more()
        assert not sittings.has_more(session, person_id=10**6, purpose="classroom")
