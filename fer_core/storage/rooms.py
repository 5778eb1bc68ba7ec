"""Rooms, who is in them, their seconds as a whole, and the markers."""

import secrets
from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from fer_core.errors import InputError
from fer_core.storage.database import dialect_insert
from fer_core.storage.room_tables import Room, RoomMarker, RoomMember, RoomSecond
from fer_core.storage.tables import CheckIn, Person
from fer_core.text import clean_name

#: Without characters that are read one for the other.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8


def make_code() -> str:
    """Eight random characters: 30 to the power of 8, about 39 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))


def open_room(
    session: Session,
    *,
    title: str,
    mode: str,
    holder: int,
    k_min: int,
    now_s: int,
    closes_s: int,
    model: str | None = None,
) -> Room:
    """Open a room under a fresh code.

    Args:
        session: that writes.
        title: what the educator calls it.
        mode: ``devices`` or ``camera``.
        holder: the random number of the educator's access.
        k_min: smallest group that is shown.
        now_s, closes_s: UTC seconds.
        model: name, version and hash of the one in use; None where it is not known.

    Raises:
        InputError: the title cannot be used.
    """
    room = Room(
        code=make_code(),
        title=clean_name(title, noun="title", longest=60),
        mode=mode,
        holder=holder,
        k_min=k_min,
        opened_s=now_s,
        closes_s=closes_s,
        model=model,
    )
    session.add(room)
    session.flush()
    return room


def find_room(session: Session, *, code: str, now_s: int) -> Room | None:
    """The room of this code, if it is open."""
    wanted = code.strip().upper()[:CODE_LENGTH]
    return session.scalar(
        select(Room).where(Room.code == wanted, Room.closed_s.is_(None), Room.closes_s > now_s)
    )


def list_rooms(session: Session, *, holder: int, most: int = 50) -> list[Room]:
    """The rooms of one educator, the newest first."""
    return list(
        session.scalars(
            select(Room).where(Room.holder == holder).order_by(Room.id.desc()).limit(most)
        )
    )


def get_room(session: Session, *, room_id: int, holder: int) -> Room | None:
    """One of this educator's rooms, open or not."""
    return session.scalar(select(Room).where(Room.id == room_id, Room.holder == holder))


def close_room(session: Session, *, room_id: int, holder: int, now_s: int) -> bool:
    """Close it; False where it is not this educator's or closed already."""
    done = session.execute(
        update(Room)
        .where(Room.id == room_id, Room.holder == holder, Room.closed_s.is_(None))
        .values(closed_s=now_s)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def close_overdue_rooms(session: Session, *, now_s: int) -> int:
    """Close the rooms whose time is over; how many."""
    done = session.execute(
        update(Room)
        .where(Room.closed_s.is_(None), Room.closes_s <= now_s)
        .values(closed_s=Room.closes_s)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def join_room(session: Session, *, room_id: int, person_id: int, now_s: int) -> None:
    """Let a person in; once is enough, and who comes back is the same person."""
    statement = dialect_insert(session, RoomMember).values(
        room_id=room_id, person_id=person_id, joined_s=now_s, seen_s=now_s
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["room_id", "person_id"], set_={"seen_s": now_s}
        )
    )


def is_member(session: Session, *, room_id: int, person_id: int) -> bool:
    """Whether the person is in the room."""
    return session.get(RoomMember, (room_id, person_id)) is not None


def count_members(session: Session, *, room_id: int, seen_after_s: int = 0) -> int:
    """How many persons are in the room and gave a sign of life after the moment."""
    return int(
        session.scalar(
            select(func.count())
            .select_from(RoomMember)
            .where(RoomMember.room_id == room_id, RoomMember.seen_s > seen_after_s)
        )
        or 0
    )


def leave_room(session: Session, *, room_id: int, person_id: int) -> None:
    """Let a person out; what was recorded of them in this room goes with them."""
    session.execute(
        delete(RoomMember).where(RoomMember.room_id == room_id, RoomMember.person_id == person_id)
    )
    from fer_core.storage.checkins import delete_checkin

    sittings = select(CheckIn.id).where(CheckIn.room_id == room_id, CheckIn.person_id == person_id)
    for checkin_id in session.scalars(sittings).all():
        delete_checkin(session, checkin_id=checkin_id, person_id=person_id)


def room_persons(session: Session, *, room_id: int) -> Sequence[int]:
    """Ids of the persons in the room."""
    return list(
        session.scalars(
            select(Person.id)
            .join(RoomMember, RoomMember.person_id == Person.id)
            .where(RoomMember.room_id == room_id)
            .order_by(Person.id)
        )
    )


def load_seconds(
    session: Session, *, room_id: int, start_s: int = 0, end_s: int = 2**62
) -> list[RoomSecond]:
    """The room's seconds, in order."""
    return list(
        session.scalars(
            select(RoomSecond)
            .where(
                RoomSecond.room_id == room_id,
                RoomSecond.second_s >= start_s,
                RoomSecond.second_s < end_s,
            )
            .order_by(RoomSecond.second_s)
        )
    )


def add_marker(session: Session, *, room_id: int, label: str, now_s: int) -> RoomMarker:
    """Note what happens now.

    Raises:
        InputError: the label cannot be used.
    """
    marker = RoomMarker(
        room_id=room_id, at_s=now_s, label=clean_name(label, noun="marker", longest=60)
    )
    session.add(marker)
    session.flush()
    return marker


def list_markers(session: Session, *, room_id: int) -> list[RoomMarker]:
    """The room's markers in order of time."""
    return list(
        session.scalars(
            select(RoomMarker)
            .where(RoomMarker.room_id == room_id)
            .order_by(RoomMarker.at_s, RoomMarker.id)
        )
    )


def require_room(session: Session, *, code: str, now_s: int) -> Room:
    """The open room of this code.

    Raises:
        InputError: there is none.
    """
    room = find_room(session, code=code, now_s=now_s)
    if room is None:
        raise InputError("No open room has this code; check it with the person who gave it.")
    return room
