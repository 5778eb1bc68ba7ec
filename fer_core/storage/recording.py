"""Writes rows of the live pages, and the sums by the minute that follow from them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, select
from sqlalchemy.orm import Session

from fer_core.storage.consents import recording_owners
from fer_core.storage.database import dialect_insert
from fer_core.storage.room_tables import Room, RoomSecond
from fer_core.storage.rows import RoomSecondRow, Row, SampleRow
from fer_core.storage.table_base import PROB_COLUMNS
from fer_core.storage.tables import Minute, Person, Sample

MINUTE_S = 60
#: Columns of ``minutes`` that add up.
MINUTE_SUMS = (
    *("seconds", "valid_s", *PROB_COLUMNS),
    *("facing_s", "facing_of_s", "eyes_s", "eyes_of_s"),
)
#: In one statement; databases limit how many values one may have.
_MOST_PERSONS = 500


def write_rows(session: Session, rows: Sequence[Row]) -> int:
    """Write a batch; a row that is there already is replaced.

    Left out are samples whose check-in or person is erased or does not match, or whose check-in's
    consent is not in force (withdrawn, or given to an older text), and seconds of rooms that are
    gone, or of fewer people than the room's ``k_min``.

    Returns:
        How many rows were taken.
    """
    samples = [row for row in rows if isinstance(row, SampleRow)]
    seconds = [row for row in rows if isinstance(row, RoomSecondRow)]
    return _write_samples(session, samples) + _write_seconds(session, seconds)


def _write_samples(session: Session, rows: list[SampleRow]) -> int:
    if not rows:
        return 0
    # PostgreSQL: nobody erases them or withdraws meanwhile, nor makes the same sums in another
    # process.
    session.execute(
        select(Person.id)
        .where(Person.id.in_({row.person_id for row in rows}))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )
    owners = recording_owners(session, checkin_ids={row.checkin_id for row in rows})
    kept = [row for row in rows if owners.get(row.checkin_id) == row.person_id]
    _upsert(session, Sample, [row.values() for row in kept])
    recompute_minutes(session, {(row.person_id, minute_of(row.second_s)) for row in kept})
    return len(kept)


def _write_seconds(session: Session, rows: list[RoomSecondRow]) -> int:
    if not rows:
        return 0
    smallest: dict[int, int] = dict(
        session.execute(
            select(Room.id, Room.k_min).where(Room.id.in_({row.room_id for row in rows}))
        ).all()
    )
    kept = [row for row in rows if row.people >= smallest.get(row.room_id, row.people + 1)]
    _upsert(session, RoomSecond, [row.values() for row in kept])
    return len(kept)


def _upsert(
    session: Session, table: type[Sample] | type[RoomSecond], rows: list[dict[str, object]]
) -> None:
    if not rows:
        return
    keys = [column.name for column in table.__table__.primary_key]
    statement = dialect_insert(session, table)
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), rows)


def minute_of(second_s: int) -> int:
    """The start of the minute in which the second lies."""
    return second_s - second_s % MINUTE_S


def recompute_minutes(session: Session, keys: Collection[tuple[int, int]]) -> None:
    """Make the sums of these (person, start of minute) anew from the samples.

    Always from all of them, never by adding: a row written twice counts once, and a row that was
    taken away does not count. People of the same minutes go together: a class that writes every
    second is two statements, not two a person.
    """
    by_person: dict[int, list[int]] = {}
    for person_id, minute in sorted(keys):
        by_person.setdefault(person_id, []).append(minute)
    together: dict[tuple[int, int], list[int]] = {}
    for person_id, minutes in by_person.items():
        for first, last in _runs(minutes):
            together.setdefault((first, last + MINUTE_S), []).append(person_id)
    for (start_s, end_s), persons in together.items():
        for at in range(0, len(persons), _MOST_PERSONS):
            _recompute(session, persons[at : at + _MOST_PERSONS], start_s, end_s)


def _runs(minutes: list[int]) -> Iterable[tuple[int, int]]:
    """Neighbouring minutes together: (first, last)."""
    first = last = minutes[0]
    for minute in minutes[1:]:
        if minute > last + MINUTE_S:
            yield first, last
            first = minute
        last = minute
    yield first, last


def _recompute(session: Session, persons: list[int], start_s: int, end_s: int) -> None:
    inside = (
        Minute.person_id.in_(persons),
        Minute.minute_s >= start_s,
        Minute.minute_s < end_s,
    )
    session.execute(delete(Minute).where(*inside), execution_options={"synchronize_session": False})
    session.execute(
        insert(Minute).from_select(
            ["person_id", "minute_s", *MINUTE_SUMS],
            minutes_of_samples(
                Sample.person_id.in_(persons),
                Sample.second_s >= start_s,
                Sample.second_s < end_s,
            ),
        )
    )


def minutes_of_samples(*where: ColumnElement[bool]) -> Select[Any]:
    """Rows as of ``minutes``, made of the samples that fulfil all of it."""
    minute = (Sample.second_s - Sample.second_s % MINUTE_S).label("minute_s")
    valid = Sample.coverage
    sums: list[ColumnElement[Any]] = [
        func.count(),
        func.sum(valid),
        *(func.sum(valid * getattr(Sample, name)) for name in PROB_COLUMNS),
    ]
    for share in (Sample.facing, Sample.eyes_open):
        sums.append(func.coalesce(func.sum(valid * share), 0.0))
        sums.append(func.coalesce(func.sum(valid).filter(share.is_not(None)), 0.0))
    named = [one.label(name) for one, name in zip(sums, MINUTE_SUMS, strict=True)]
    return select(Sample.person_id, minute, *named).where(*where).group_by(Sample.person_id, minute)
