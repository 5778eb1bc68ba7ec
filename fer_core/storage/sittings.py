"""A person's sitting in a room: the check-in that their samples go to, and signs of life."""

from collections.abc import Collection, Iterable

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from fer_core.storage.checkins import start_checkin
from fer_core.storage.consents import recording_owners
from fer_core.storage.room_tables import Room, RoomMember
from fer_core.storage.tables import CheckIn, Consent, Person

#: Kind of such check-ins.
KIND = "room"
_COHORTS = "cohorts"


def find_sitting(session: Session, *, room_id: int, person_id: int) -> CheckIn | None:
    """The person's sitting in the room; None where there is none."""
    return session.scalar(
        select(CheckIn)
        .where(CheckIn.room_id == room_id, CheckIn.person_id == person_id)
        .order_by(CheckIn.id)
        .limit(1)
    )


def take_sitting(
    session: Session, *, room_id: int, person_id: int, consent_id: int, now_s: int
) -> CheckIn:
    """The person's sitting in the room, the same after a lost connection, or a new one; what comes
    is recorded under this consent."""
    found = find_sitting(session, room_id=room_id, person_id=person_id)
    if found is not None:
        found.consent_id = consent_id
        return found
    return start_checkin(
        session,
        person_id=person_id,
        consent_id=consent_id,
        kind=KIND,
        now_s=now_s,
        room_id=room_id,
    )


def find_own_room(session: Session, *, code: str, person_id: int) -> Room | None:
    """The room of this code in which the person is or was, open or closed."""
    return session.scalar(
        select(Room)
        .join(RoomMember, RoomMember.room_id == Room.id)
        .where(Room.code == code.strip().upper(), RoomMember.person_id == person_id)
    )


def open_room_ids(session: Session, *, room_ids: Collection[int], now_s: int) -> set[int]:
    """Which of these rooms are open."""
    return set(
        session.scalars(
            select(Room.id).where(
                Room.id.in_(room_ids), Room.closed_s.is_(None), Room.closes_s > now_s
            )
        )
    )


def members_of(session: Session, *, room_ids: Collection[int]) -> set[tuple[int, int]]:
    """(room, person) of everybody in these rooms whose consent is in force: who withdrew it, or
    has not agreed to the present text, counts in no group."""
    rows = session.execute(
        select(RoomMember.room_id, RoomMember.person_id, CheckIn.id)
        .join(
            CheckIn,
            (CheckIn.room_id == RoomMember.room_id) & (CheckIn.person_id == RoomMember.person_id),
        )
        .where(RoomMember.room_id.in_(room_ids))
    ).all()
    owners = recording_owners(session, checkin_ids={checkin_id for *_, checkin_id in rows})
    return {(room, person) for room, person, checkin in rows if owners.get(checkin) == person}


def touch_members(
    session: Session, *, room_id: int, person_ids: Collection[int], now_s: int
) -> None:
    """Signs of life of members; who left or was erased does not come back by one."""
    session.execute(
        update(RoomMember)
        .where(RoomMember.room_id == room_id, RoomMember.person_id.in_(person_ids))
        .values(seen_s=now_s)
    )
    session.execute(
        update(Person).where(Person.id.in_(person_ids), Person.seen_s < now_s).values(seen_s=now_s)
    )


def save_cohort(
    session: Session, *, room_id: int, number: int, person_ids: Collection[int]
) -> None:
    """Note with each person's sitting that the group ``number`` of the room had them in it.

    It goes with the sitting, so that erasing a person erases it.
    """
    sittings = session.scalars(
        select(CheckIn).where(CheckIn.room_id == room_id, CheckIn.person_id.in_(person_ids))
    )
    for sitting in sittings:
        before = (sitting.result or {}).get(_COHORTS, [])
        sitting.result = {**(sitting.result or {}), _COHORTS: [*before, [number, len(person_ids)]]}


def load_cohorts(
    session: Session, *, room_id: int
) -> tuple[dict[int, frozenset[int]], frozenset[int]]:
    """Number of each group that was shown with who was in it, without those erased since; and the
    numbers of groups of which somebody was erased."""
    groups: dict[int, set[int]] = {}
    sizes: dict[int, int] = {}
    rows: Iterable[CheckIn] = session.scalars(select(CheckIn).where(CheckIn.room_id == room_id))
    for sitting in rows:
        for number, size in (sitting.result or {}).get(_COHORTS, []):
            groups.setdefault(int(number), set()).add(sitting.person_id)
            sizes[int(number)] = int(size)
    broken = frozenset(number for number, people in groups.items() if len(people) < sizes[number])
    return {number: frozenset(people) for number, people in sorted(groups.items())}, broken


def has_more(session: Session, *, person_id: int, purpose: str) -> bool:
    """Whether anything ties the person to more than what this purpose's consents are for."""
    person = session.get(Person, person_id)
    others = (
        select(CheckIn.id).where(CheckIn.person_id == person_id).exists(),
        select(RoomMember.room_id).where(RoomMember.person_id == person_id).exists(),
        select(Consent.id)
        .where(Consent.person_id == person_id, Consent.purpose != purpose)
        .exists(),
    )
    if person is None:
        return False
    return person.team_id is not None or bool(session.scalar(select(or_(*others))))
