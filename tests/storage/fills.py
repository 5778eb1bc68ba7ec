"""People and samples for the tests."""

from sqlalchemy.orm import Session

from fer_core.storage import SampleRow, Store, checkins, persons
from fer_core.storage.consents import present_version
from fer_core.storage.recording import write_rows

HAPPY = (0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02)
ANGRY = (0.88, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02)


def add_person(
    store: Store,
    pseudonym: str,
    *,
    seconds: int = 0,
    start_s: int | None = None,
    probs: tuple[float, ...] = HAPPY,
    team_id: int | None = None,
) -> tuple[int, int]:
    """Ids of a person and of a check-in with so many seconds."""
    start_s = store.now_s() if start_s is None else start_s
    with store.write() as session:
        person = persons.create_person(
            session, now_s=start_s, pseudonym=pseudonym, team_id=team_id
        ).person
        checkin_id = sit(session, person.id, start_s)
        write_rows(
            session, [row(checkin_id, person.id, start_s + i, probs) for i in range(seconds)]
        )
        checkins.end_checkin(
            session, checkin_id=checkin_id, person_id=person.id, now_s=start_s + seconds
        )
    return person.id, checkin_id


def sit(
    session: Session,
    person_id: int,
    now_s: int,
    *,
    kind: str = "checkin",
    room_id: int | None = None,
    purpose: str = "tests",
    moved: bool | None = None,
) -> int:
    """Id of a check-in under a consent that is in force until the owner makes the next choice."""
    consent = persons.give_consent(
        session,
        person_id=person_id,
        purpose=purpose,
        version=present_version(session, 1),
        text="x",
        now_s=now_s,
    )
    return checkins.start_checkin(
        session,
        person_id=person_id,
        consent_id=consent.id,
        kind=kind,
        now_s=now_s,
        room_id=room_id,
        moved=moved,
    ).id


def row(
    checkin_id: int, person_id: int, second_s: int, probs: tuple[float, ...] = HAPPY, **more: float
) -> SampleRow:
    """A second with a face for nine tenths of it."""
    return SampleRow(checkin_id, person_id, second_s, 1, probs, **{"coverage": 0.9, **more})
