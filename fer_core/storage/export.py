"""One person's own data, to take along: written in pieces, each read by itself.

A reading that lasts keeps SQLite's log from being emptied, and one that holds everything in memory
takes hundreds of megabytes; so samples are read some thousands at a time, in the order of their
key, and nobody who writes waits.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import IO, Any, Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from fer_core.storage.checkins import list_checkins
from fer_core.storage.room_tables import RoomMember
from fer_core.storage.tables import Consent, Person, Sample, Team
from fer_core.text import csv_cell, csv_mark, csv_text

#: Samples read at once.
PIECE: Final = 2_000
_SAMPLE: Final = [column.name for column in Sample.__table__.columns if column.name != "person_id"]
_MEMBER: Final = [
    column.name for column in RoomMember.__table__.columns if column.name != "person_id"
]
_KEY: Final = (Sample.second_s, Sample.checkin_id, Sample.track_id)

#: Opens a session that reads, such as ``Store.read``.
Read = Callable[[], AbstractContextManager[Session]]


def export_person(read: Read, *, person_id: int) -> dict[str, Any]:
    """Everything that is stored about a person but the samples; times are UTC seconds since 1970.

    Raises:
        LookupError: there is no such person.
    """
    with read() as session:
        person = session.get(Person, person_id)
        if person is None:
            raise LookupError("There is no such person.")
        team = session.get(Team, person.team_id) if person.team_id is not None else None
        consents = session.scalars(
            select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)
        )
        checkins = reversed(list_checkins(session, person_id=person_id, most=1_000_000))
        return {
            "pseudonym": person.pseudonym,
            "team": team.name if team else None,
            "created_s": person.created_s,
            "consents": [
                {
                    name: getattr(consent, name)
                    for name in ("purpose", "version", "text_sha256", "receipt", "given_s")
                }
                | {"withdrawn_s": consent.withdrawn_s}
                for consent in consents
            ],
            "checkins": [
                {
                    name: getattr(checkin, name)
                    for name in ("id", "kind", "moved", "started_s", "ended_s", "result", "note")
                }
                for checkin in checkins
            ],
            "rooms": [
                {name: getattr(one, name) for name in _MEMBER}
                for one in session.scalars(
                    select(RoomMember)
                    .where(RoomMember.person_id == person_id)
                    .order_by(RoomMember.room_id)
                )
            ],
        }


def export_samples(read: Read, *, person_id: int, piece: int = PIECE) -> Iterator[dict[str, Any]]:
    """A person's samples in order of time, read in pieces of so many."""
    query = (
        select(*(Sample.__table__.c[name] for name in _SAMPLE))
        .where(Sample.person_id == person_id)
        .order_by(*_KEY)
        .limit(piece)
    )
    after: tuple[int, int, int] | None = None
    while True:
        with read() as session:
            rows = session.execute(
                query if after is None else query.where(tuple_(*_KEY) > after)
            ).all()
        for row in rows:
            yield dict(zip(_SAMPLE, row, strict=True))
        if len(rows) < piece:
            return
        last = rows[-1]
        after = (last.second_s, last.checkin_id, last.track_id)


def write_json(read: Read, out: IO[str], *, person_id: int) -> None:
    """Write all of it as one JSON object.

    Raises:
        LookupError: there is no such person.
    """
    head = json.dumps(export_person(read, person_id=person_id), indent=1, ensure_ascii=False)
    out.write(head.removesuffix("\n}") + ',\n "samples": [')
    comma = "\n  "
    for row in export_samples(read, person_id=person_id):
        out.write(comma + json.dumps(row))
        comma = ",\n  "
    out.write("\n ]\n}")


def write_samples_csv(read: Read, out: IO[str], *, person_id: int) -> None:
    """Write the samples as CSV, one row per second, with pseudonym, and the check-in's note and
    model.

    Raises:
        LookupError: there is no such person.
    """
    data = export_person(read, person_id=person_id)
    notes = {checkin["id"]: checkin["note"] or "" for checkin in data["checkins"]}
    models = {checkin["id"]: _model_of(checkin["result"]) for checkin in data["checkins"]}
    rows = (
        {
            "pseudonym": data["pseudonym"],
            **row,
            "note": notes.get(row["checkin_id"], ""),
            "model": models.get(row["checkin_id"], ""),
        }
        for row in export_samples(read, person_id=person_id)
    )
    # Nothing else in the rows is typed by anybody, so the mark is known before they are read.
    out.write(csv_mark("".join([data["pseudonym"], *notes.values()])))
    _write_rows(out, ["pseudonym", *_SAMPLE, "note", "model"], rows)


def _model_of(result: dict[str, Any] | None) -> str:
    """Name, version and hash of a check-in's model; empty where they were not kept."""
    found = (result or {}).get("model")
    if not isinstance(found, dict):
        return ""
    return f"{found['name']}, version {found['version']}, {found['sha256']}"


def write_csv(columns: list[str], rows: list[dict[str, Any]]) -> str:
    """CSV (RFC 4180) whose text no spreadsheet takes for a formula."""
    cells = ([row.get(name) for name in columns] for row in rows)
    return csv_text([columns, *cells], line_end="\r\n")


def _write_rows(out: IO[str], columns: list[str], rows: Iterable[dict[str, Any]]) -> None:
    writer = csv.writer(out)
    writer.writerow([csv_cell(name) for name in columns])
    writer.writerows([csv_cell(row.get(name)) for name in columns] for row in rows)
