"""Joining a room and leaving it, with what is kept and erased by that."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from fer_core.errors import AccessError, InputError
from fer_core.storage import Store, answers, audit, persons, rooms, sittings
from fer_core.storage.choices import may_others_join
from fer_core.storage.consents import present_version
from fer_core.storage.erasing import erase_person
from fer_core.storage.room_tables import Room
from fer_core.storage.tables import Person
from fer_core.text import mark

PURPOSE: Final = "classroom"
#: Raised with every change of the text that a student agrees to.
CONSENT_VERSION: Final = "3"


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place in a room.

    Attributes:
        room_id, code, title, k_min, closes_s: of the room.
        person_id, pseudonym: whose place it is.
        checkin_id: to which their samples go.
        is_agreed: whether they agreed to the text and the purpose that are in force now.
    """

    room_id: int
    code: str
    title: str
    k_min: int
    closes_s: int
    person_id: int
    pseudonym: str
    checkin_id: int
    is_agreed: bool


def join(
    store: Store, *, code: str, key: str | None, consent_text: str
) -> tuple[Place, str | None]:
    """Take the place in the room; who comes back by their key is the same person.

    Args:
        store: of the process.
        code: of the room.
        key: the person's key, from their cookie; None, or one that is nobody's, for a new person.
        consent_text: what they agreed to just now, or earlier in this version.

    Returns:
        The place, and the key of a person who was made for it, else None.

    Raises:
        InputError: no open room has this code.
        AccessError: the purpose lets nobody in.
        StorageError: the database cannot be used.
    """
    now_s = store.now_s()
    with store.write() as session:
        if not may_others_join(session):
            raise AccessError(
                mark(
                    "Nobody can join now: whoever runs this server has not chosen a purpose for it."
                )
            )
        room = rooms.require_room(session, code=code, now_s=now_s)
        if room.mode != "devices":
            raise InputError(mark("This room is watched by one camera; nobody joins it by device."))
        person = persons.find_person(session, key=key) if key else None
        made = None
        if person is None:
            new = persons.create_person(session, now_s=now_s)
            person, made = new.person, new.key
        version = present_version(session, CONSENT_VERSION)
        consent = persons.find_consent(
            session, person_id=person.id, purpose=PURPOSE, version=version
        ) or persons.give_consent(
            session,
            person_id=person.id,
            purpose=PURPOSE,
            version=version,
            text=consent_text,
            now_s=now_s,
        )
        rooms.join_room(session, room_id=room.id, person_id=person.id, now_s=now_s)
        persons.note_seen(session, person_id=person.id, now_s=now_s)
        sitting = sittings.take_sitting(
            session, room_id=room.id, person_id=person.id, consent_id=consent.id, now_s=now_s
        )
        return _place(session, room, person, sitting.id), made


def find_place(store: Store, *, code: str, key: str | None) -> Place | None:
    """The place that this person has or had in the room, open or not; None without one."""
    if not key:
        return None
    with store.read() as session:
        person = persons.find_person(session, key=key)
        if person is None:
            return None
        room = sittings.find_own_room(session, code=code, person_id=person.id)
        sitting = room and sittings.find_sitting(session, room_id=room.id, person_id=person.id)
        if room is None or sitting is None:
            return None
        return _place(session, room, person, sitting.id)


def leave_and_erase(store: Store, place: Place) -> bool:
    """Take the person out of the room, with all that was recorded of them in it.

    Seconds of the class as a whole stay: they are of k people at least and name nobody. A person
    who is nowhere else is erased altogether.

    Returns:
        Whether the person is erased altogether.

    Raises:
        StorageError: the database cannot be used; or the rows are gone, but its file could not be
            cleaned yet, which is tried again every minute.
    """
    now_s = store.now_s()
    with store.write() as session:
        rooms.leave_room(session, room_id=place.room_id, person_id=place.person_id)
        stays = sittings.has_more(session, person_id=place.person_id, purpose=PURPOSE)
        if stays:
            audit.note(
                session,
                action="erased",
                subject=f"a person's part in room {place.room_id}",
                now_s=now_s,
            )
        else:
            # In the same transaction: who is killed in between has done both or neither.
            erase_person(session, person_id=place.person_id, now_s=now_s)
    store.clean_files()
    return not stays


def say(store: Store, place: Place, follows: bool | None, seen: bool | None) -> None:
    """Note what the student says of themselves, until it is counted with others' answers.

    Args:
        store: of the process.
        place: of the student.
        follows: whether they follow; None takes the answer back.
        seen: what their camera would have said (``answers.attends``).

    Raises:
        AccessError: the room, their place or their consent is no more.
        StorageError: the database cannot be used.
    """
    now_s = store.now_s()
    with store.write() as session:
        if not is_still_in(session, place, now_s=now_s):
            raise AccessError(mark("Your answer was not taken: you are not in this room any more."))
        answers.say(
            session,
            room_id=place.room_id,
            person_id=place.person_id,
            follows=follows,
            seen=seen,
            now_s=now_s,
        )


def is_still_in(session: Session, place: Place, *, now_s: int) -> bool:
    """Whether the room is open, the place still taken, and purpose and consent in force."""
    return (
        rooms.find_room(session, code=place.code, now_s=now_s) is not None
        and rooms.is_member(session, room_id=place.room_id, person_id=place.person_id)
        and may_others_join(session)
        and has_agreed(session, person_id=place.person_id)
    )


def has_agreed(session: Session, *, person_id: int) -> bool:
    """Whether the person agreed to the text and the purpose that are in force now."""
    version = present_version(session, CONSENT_VERSION)
    found = persons.find_consent(session, person_id=person_id, purpose=PURPOSE, version=version)
    return found is not None


def _place(session: Session, room: Room, person: Person, checkin_id: int) -> Place:
    return Place(
        room.id,
        room.code,
        room.title,
        room.k_min,
        room.closes_s,
        person.id,
        person.pseudonym,
        checkin_id,
        has_agreed(session, person_id=person.id),
    )
