"""Rooms, choices and the audit log, on both databases."""

import pytest
from sqlalchemy import select

from fer_core.errors import ConfigError, InputError
from fer_core.storage import Store, audit, choices, rooms
from fer_core.storage.access_tables import AuditEntry
from fer_core.storage.recording import write_rows
from fer_core.storage.sums import load_minutes
from fer_core.storage.tables import CheckIn, Sample
from tests.storage.fills import add_person, row, sit

MINE, OTHER = 11, 22


def _open(store: Store, holder: int = MINE, **more: int) -> rooms.Room:
    with store.write() as session:
        return rooms.open_room(
            session,
            title="Fractions <b>",
            mode="devices",
            holder=holder,
            k_min=2,
            now_s=100,
            closes_s=more.get("closes_s", 200),
        )


def test_a_code_opens_only_while_the_room_is_open(store: Store) -> None:
    room = _open(store)
    assert len(room.code) == rooms.CODE_LENGTH == 8
    with store.write() as session:

        def found(code: str, now_s: int = 150) -> bool:
            return rooms.find_room(session, code=code, now_s=now_s) is not None

        assert found(room.code)
        assert found(f" {room.code.lower()} ")
        assert not found(room.code, now_s=200)
        assert not found("' OR 1=1--")
        assert not found(room.code[:-1])
        assert not found("%" * 8)
        assert not rooms.close_room(session, room_id=room.id, holder=OTHER, now_s=150)
        assert found(room.code)
        assert rooms.close_room(session, room_id=room.id, holder=MINE, now_s=150)
        assert not found(room.code)
        with pytest.raises(InputError, match="No open room has this code"):
            rooms.require_room(session, code=room.code, now_s=150)


def test_another_educators_rooms_are_not_found_by_id(store: Store) -> None:
    room, others = _open(store), _open(store, OTHER)
    with store.read() as session:
        assert [one.id for one in rooms.list_rooms(session, holder=MINE)] == [room.id]
        assert rooms.get_room(session, room_id=others.id, holder=MINE) is None
        assert rooms.get_room(session, room_id=room.id, holder=MINE) is not None


def test_rooms_close_by_themselves(store: Store, clock: object) -> None:
    early, late = _open(store, closes_s=200), _open(store, closes_s=2**40)
    with store.write() as session:
        assert rooms.close_overdue_rooms(session, now_s=300) == 1
        assert rooms.get_room(session, room_id=early.id, holder=MINE).closed_s == 200  # type: ignore[union-attr]
        assert rooms.get_room(session, room_id=late.id, holder=MINE).closed_s is None  # type: ignore[union-attr]


def test_who_rejoins_is_the_same_and_who_leaves_takes_all_along(store: Store) -> None:
    room = _open(store)
    first, own_checkin = add_person(store, "otter", seconds=2, start_s=60)
    second, _ = add_person(store, "badger")
    with store.write() as session:
        for now_s in (110, 150):
            rooms.join_room(session, room_id=room.id, person_id=first, now_s=now_s)
        rooms.join_room(session, room_id=room.id, person_id=second, now_s=120)
        assert rooms.count_members(session, room_id=room.id) == 2
        assert rooms.count_members(session, room_id=room.id, seen_after_s=130) == 1
        checkin = sit(session, first, 110, kind="room", room_id=room.id)
        write_rows(session, [row(checkin, first, 110 + i) for i in range(5)])
        rooms.leave_room(session, room_id=room.id, person_id=first)
    with store.read() as session:
        assert rooms.room_persons(session, room_id=room.id) == [second]
        assert not rooms.is_member(session, room_id=room.id, person_id=first)
        left = session.scalars(select(CheckIn.id).where(CheckIn.person_id == first)).all()
        assert list(left) == [own_checkin], "what they did by themselves stays"
        assert len(session.scalars(select(Sample)).all()) == 2
        assert sum(s.seconds for _, s in load_minutes(session, person_id=first)) == 2


def test_markers_stand_in_order(store: Store) -> None:
    room = _open(store)
    with store.write() as session:
        for now_s, label in ((30, "then"), (10, "explained <fractions>")):
            rooms.add_marker(session, room_id=room.id, label=label, now_s=now_s)
        told = [(m.at_s, m.label) for m in rooms.list_markers(session, room_id=room.id)]
        assert told == [(10, "explained <fractions>"), (30, "then")]
        with pytest.raises(InputError):
            rooms.add_marker(session, room_id=room.id, label="\u202e", now_s=1)


def test_choices_keep_every_version_and_are_in_the_audit_log(store: Store) -> None:
    with store.write() as session:
        assert choices.current_purpose(session) == "self"
        assert not choices.may_others_join(session)
        choices.choose_purpose(
            session, purpose="research", number=7, now_s=50, reference="DFG 1", ethics_approved=True
        )
    with store.write() as session:
        assert choices.may_others_join(session)
        choices.choose_purpose(session, purpose="self", number=7, now_s=60)
    with store.read() as session:
        assert not choices.may_others_join(session)
        kept = choices.list_choices(session, key="purpose")
        assert [(c.version, c.made_s, c.number) for c in kept] == [(2, 60, 7), (1, 50, 7)]
        assert kept[1].value["reference"] == "DFG 1"
        entries = audit.list_entries(session)
        assert [(e.number, e.action, e.subject) for e, _ in entries] == [
            (7, "changed", "purpose, version 2"),
            (7, "changed", "purpose, version 1"),
        ]


@pytest.mark.parametrize(
    ("purpose", "details", "words"),
    [
        ("anything", {}, "There is no purpose"),
        ("research", {"reference": "DFG 1"}, "needs ethics approved"),
        ("research", {"reference": " ", "ethics_approved": True}, "needs reference"),
        ("permitted_here", {"jurisdiction": "X", "law_confirmed": False}, "needs law confirmed"),
        ("medical_or_safety", {}, "needs reason"),
    ],
)
def test_a_purpose_needs_its_reasons(
    store: Store, purpose: str, details: dict[str, str | bool], words: str
) -> None:
    with store.write() as session, pytest.raises(ConfigError, match=words):
        choices.choose_purpose(session, purpose=purpose, number=7, now_s=50, **details)
    with store.read() as session:
        assert choices.list_choices(session, key="purpose") == []


def test_numbers_of_persons_differ_each_time(store: Store) -> None:
    with store.write() as session:
        for _ in range(3):
            audit.note(session, action="exported", subject="own data", now_s=1)
        numbers = session.scalars(select(AuditEntry.number)).all()
    assert len(set(numbers)) == 3
