"""What students say of themselves in a room: kept until it is counted, then only how many said so.

An answer is counted once and deleted by the count itself, so that no two hold the same one.
"""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fer_core.storage.room_tables import RoomAnswers, RoomMember

#: An answer is of its moment: what k people have not joined in so long is counted no more.
WAIT_S = 300
_NOTHING: dict[str, None] = {"said_s": None, "said_follows": None, "said_seen": None}


def say(
    session: Session,
    *,
    room_id: int,
    person_id: int,
    follows: bool | None,
    seen: bool | None,
    now_s: int,
) -> None:
    """Note what a member says of themselves, in place of what they said and nobody counted.

    Args:
        session: that writes.
        room_id, person_id: of the member; who is none is left out.
        follows: whether they follow; None takes the answer back.
        seen: what their camera would have said; None where it cannot tell.
        now_s: UTC seconds.
    """
    said = {"said_s": now_s, "said_follows": follows, "said_seen": seen}
    session.execute(
        update(RoomMember)
        .where(RoomMember.room_id == room_id, RoomMember.person_id == person_id)
        .values(_NOTHING if follows is None else said)
    )


def own_answer(session: Session, *, room_id: int, person_id: int, now_s: int) -> bool | None:
    """What the member said of themselves and nobody counted yet; None for nothing."""
    return session.scalar(
        select(RoomMember.said_follows).where(
            RoomMember.room_id == room_id,
            RoomMember.person_id == person_id,
            RoomMember.said_s > now_s - WAIT_S,
        )
    )


def waiting_answers(
    session: Session, *, room_id: int, hold: bool = False
) -> dict[int, tuple[int, bool, bool | None]]:
    """Id of each member whose answer waits -> UTC second, what they said, what the camera would
    have; also those that waited too long.

    Args:
        session: that reads, or writes.
        room_id: of the room.
        hold: nobody changes these answers before the transaction ends (PostgreSQL; in SQLite
            nobody writes meanwhile anyway).
    """
    chosen = select(
        RoomMember.person_id, RoomMember.said_s, RoomMember.said_follows, RoomMember.said_seen
    ).where(RoomMember.room_id == room_id, RoomMember.said_s.is_not(None))
    rows = session.execute(chosen.with_for_update() if hold else chosen)
    return {
        person_id: (at_s, follows, seen)
        for person_id, at_s, follows, seen in rows
        if at_s is not None and follows is not None
    }


def rooms_that_wait(session: Session, *, room_ids: Collection[int]) -> set[int]:
    """Those of the rooms in which somebody's answer waits."""
    chosen = select(RoomMember.room_id).where(
        RoomMember.room_id.in_(room_ids), RoomMember.said_s.is_not(None)
    )
    return set(session.scalars(chosen.distinct()))


def drop_answers(session: Session, *, room_id: int, person_ids: Collection[int]) -> None:
    """These people's answers are counted, or waited too long."""
    session.execute(
        update(RoomMember)
        .where(RoomMember.room_id == room_id, RoomMember.person_id.in_(person_ids))
        .values(_NOTHING)
    )


def drop_old_answers(session: Session, *, now_s: int) -> None:
    """Delete what nobody counted in time, in every room."""
    session.execute(update(RoomMember).where(RoomMember.said_s <= now_s - WAIT_S).values(_NOTHING))


def save_count(
    session: Session,
    *,
    room_id: int,
    at_s: int,
    people: int,
    follows: float,
    measured: int,
    agrees: float | None,
) -> None:
    """Keep a count of a room; arguments as the columns of ``RoomAnswers``."""
    session.merge(
        RoomAnswers(
            room_id=room_id,
            at_s=at_s,
            people=people,
            follows=follows,
            measured=measured,
            agrees=agrees,
        )
    )


def list_answers(session: Session, *, room_id: int) -> list[RoomAnswers]:
    """The room's counts in order of time."""
    return list(
        session.scalars(
            select(RoomAnswers).where(RoomAnswers.room_id == room_id).order_by(RoomAnswers.at_s)
        )
    )
