"""Rooms that several processes serve: which of them leads, and what the others measured.

One process leads a room: it alone chooses whose numbers make up the class. The others leave each
student's newest second with the student's membership, from where the one that leads takes it.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from fer_core.storage import sittings
from fer_core.storage.room_tables import Room, RoomMember


def take_lead(
    session: Session,
    *,
    room_ids: Collection[int],
    process: str,
    now_s: int,
    until_s: int,
    by_force: Collection[int] = (),
) -> set[int]:
    """Lead these rooms where nobody else does now; those of them that the process leads then.

    Args:
        session: that writes.
        room_ids: which.
        process: names the process, or its part that serves rooms; nobody else has that name.
        now_s, until_s: UTC seconds: now, and when others may take over.
        by_force: those of them to take from whoever leads them.
    """
    free = or_(
        Room.lead.is_(None),
        Room.lead == process,
        Room.lead_until_s <= now_s,
        Room.id.in_(by_force),
    )
    session.execute(
        update(Room).where(Room.id.in_(room_ids), free).values(lead=process, lead_until_s=until_s),
        execution_options={"synchronize_session": False},
    )
    return set(session.scalars(select(Room.id).where(Room.id.in_(room_ids), Room.lead == process)))


def has_lead(session: Session, *, room_id: int, process: str) -> bool:
    """Whether the process leads the room, which then nobody takes over until the session ends."""
    found = select(Room.id).where(Room.id == room_id, Room.lead == process)
    return session.scalar(found.with_for_update()) is not None


def give_lead_back(session: Session, *, room_ids: Collection[int], process: str) -> None:
    """Let others lead these rooms at once."""
    session.execute(
        update(Room)
        .where(Room.id.in_(room_ids), Room.lead == process)
        .values(lead=None, lead_until_s=None)
    )


def leave_measures(
    session: Session, *, room_id: int, measures: Mapping[int, tuple[int, Sequence[float]]]
) -> None:
    """Leave members' newest seconds for the process that leads; older ones change nothing.

    Args:
        session: that writes.
        room_id: of the room.
        measures: id of a person -> UTC second, and its ten numbers. Who is no member is left out.
    """
    if not measures:
        return
    table = RoomMember.__table__
    newer = or_(table.c.measured_s.is_(None), table.c.measured_s < bindparam("at_s"))
    statement = (
        table.update()  # type: ignore[attr-defined]
        .where(table.c.room_id == room_id, table.c.person_id == bindparam("who"), newer)
        .values(measured_s=bindparam("at_s"), measures=bindparam("numbers"))
    )
    rows = [
        {"who": person_id, "at_s": at_s, "numbers": list(numbers)}
        for person_id, (at_s, numbers) in sorted(measures.items())  # always in the same order
    ]
    session.connection().execute(statement, rows)


def take_measures_back(
    session: Session, *, room_id: int, person_ids: Collection[int], until_s: int
) -> None:
    """These people's streams ended: what was left of them up to this second counts no more."""
    session.execute(
        update(RoomMember)
        .where(
            RoomMember.room_id == room_id,
            RoomMember.person_id.in_(person_ids),
            RoomMember.measured_s <= until_s,
        )
        .values(measured_s=None, measures=None)
    )


def load_measures(
    session: Session, *, room_ids: Collection[int], after_s: int
) -> dict[int, dict[int, tuple[int, list[float]]]]:
    """By room, id of each member of whom a second after this one was left -> second and numbers; of
    those alone whose consent is in force."""
    rows = session.execute(
        select(
            RoomMember.room_id, RoomMember.person_id, RoomMember.measured_s, RoomMember.measures
        ).where(RoomMember.room_id.in_(room_ids), RoomMember.measured_s > after_s)
    ).all()
    found: dict[int, dict[int, tuple[int, list[float]]]] = {}
    members = sittings.members_of(session, room_ids={row.room_id for row in rows}) if rows else ()
    for room_id, person_id, at_s, numbers in rows:
        if at_s is not None and numbers and (room_id, person_id) in members:
            found.setdefault(room_id, {})[person_id] = at_s, list(numbers)
    return found
