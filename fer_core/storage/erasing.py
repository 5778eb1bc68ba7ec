"""Erasing a person, and everything that is older than the retention period."""

from dataclasses import asdict, dataclass

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from fer_core.storage import answers, audit
from fer_core.storage.access_tables import AccessLink, ApiKey, AuditEntry, Holder
from fer_core.storage.block_table import TeamBlock
from fer_core.storage.cleaning import owe_cleaning
from fer_core.storage.recording import minute_of
from fer_core.storage.room_tables import Room
from fer_core.storage.tables import CheckIn, Minute, Person, Sample

DAY_S = 86_400
#: The audit log outlives what it tells of, but not for ever.
AUDIT_DAYS = 365


def erase_person(session: Session, *, person_id: int, now_s: int) -> str | None:
    """Delete a person's rows and say so in the audit log, under a fresh random number.

    The files of the database are cleaned after the transaction: ``Store.erase`` does both.

    Returns:
        The pseudonym, to search the files for; None where there is no such person.
    """
    pseudonym = session.scalar(select(Person.pseudonym).where(Person.id == person_id))
    if pseudonym is not None:
        delete_person(session, person_id=person_id)
        audit.note(session, action="erased", subject="a person's data", now_s=now_s)
    return pseudonym


def delete_person(session: Session, *, person_id: int) -> None:
    """Delete the rows of a person, in every table; ``Store.erase`` cleans the files as well."""
    person = session.get(Person, person_id)
    notes = session.scalars(select(CheckIn.note).where(CheckIn.person_id == person_id))
    owe_cleaning(session, person.pseudonym if person else None, *notes)
    # Said table by table and not left to the foreign keys: what is deleted is what stands here.
    for table in (Sample, Minute, CheckIn):
        session.execute(delete(table).where(table.person_id == person_id))
    session.execute(delete(Person).where(Person.id == person_id))  # consents and rooms cascade


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows a purge took away, of each kind."""

    samples: int
    minutes: int
    checkins: int
    persons: int
    rooms: int
    links: int
    blocks: int
    audit: int

    @property
    def total(self) -> int:
        """Rows of all kinds that went."""
        return sum(asdict(self).values())


def purge(session: Session, *, now_s: int, retention_days: int) -> Purged:
    """Delete what is older than the retention period.

    Samples and their sums go by their own age, whole minutes at a time; check-ins when their time
    is over and no sample is left; persons who were not here for so long; rooms with all that
    belongs to them. Links, expired access and audit entries have periods of their own.
    """
    limit = minute_of(now_s - retention_days * DAY_S)

    def count(statement: object) -> int:
        return int(session.execute(statement).rowcount)  # type: ignore[call-overload]

    # By person, since that index holds the time as well: no walk through all samples.
    whose = select(Person.id)
    samples = count(delete(Sample).where(Sample.person_id.in_(whose), Sample.second_s < limit))
    minutes = count(delete(Minute).where(Minute.minute_s < limit))
    has_samples = select(Sample.checkin_id).where(Sample.checkin_id == CheckIn.id).exists()
    checkins = count(
        delete(CheckIn).where(
            func.coalesce(CheckIn.ended_s, CheckIn.started_s) < limit, ~has_samples
        )
    )
    idle = list(session.scalars(select(Person.id).where(Person.seen_s < limit)))
    for person_id in idle:
        delete_person(session, person_id=person_id)
    rooms = count(delete(Room).where(func.coalesce(Room.closed_s, Room.closes_s) < limit))
    answers.drop_old_answers(session, now_s=now_s)
    # Who had access is known as long as the audit log, whose numbers are theirs.
    year = now_s - AUDIT_DAYS * DAY_S
    links = count(delete(Holder).where(or_(Holder.expires_s < year, Holder.revoked_s < year)))
    is_held = select(Holder.id).where(Holder.link_id == AccessLink.id).exists()
    over = or_(AccessLink.expires_s < limit, AccessLink.revoked_s < limit)
    links += count(delete(AccessLink).where(over, ~is_held))
    links += count(delete(ApiKey).where(or_(ApiKey.expires_s < year, ApiKey.revoked_s < year)))
    # Not before the last minute of their day: a day published anew might show one person less.
    blocks = count(delete(TeamBlock).where(TeamBlock.day_s < limit - 2 * DAY_S))
    entries = count(delete(AuditEntry).where(AuditEntry.at_s < year))
    return Purged(samples, minutes, checkins, len(idle), rooms, links, blocks, entries)
