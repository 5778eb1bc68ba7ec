"""One person's own data, to take along."""

import csv
import io
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fer_core.storage.checkins import list_checkins
from fer_core.storage.tables import Consent, Person, Sample, Team
from fer_core.text import csv_cell

_SAMPLE = [column.name for column in Sample.__table__.columns if column.name != "person_id"]


def export_person(session: Session, *, person_id: int) -> dict[str, Any]:
    """Everything that is stored about a person; times are UTC seconds since 1970.

    Raises:
        LookupError: there is no such person.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise LookupError("There is no such person.")
    team = session.get(Team, person.team_id) if person.team_id is not None else None
    consents = session.scalars(
        select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)
    )
    samples = session.execute(
        select(*(Sample.__table__.c[name] for name in _SAMPLE))
        .where(Sample.person_id == person_id)
        .order_by(Sample.second_s, Sample.checkin_id, Sample.track_id)
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
                for name in ("id", "kind", "started_s", "ended_s", "result", "note")
            }
            for checkin in checkins
        ],
        "samples": [dict(zip(_SAMPLE, row, strict=True)) for row in samples],
    }


def export_json(session: Session, *, person_id: int) -> str:
    """The same as JSON text.

    Raises:
        LookupError: there is no such person.
    """
    return json.dumps(export_person(session, person_id=person_id), indent=1, ensure_ascii=False)


def export_csv(session: Session, *, person_id: int) -> str:
    """The samples as CSV, one row per second, with pseudonym and note of the check-in.

    Raises:
        LookupError: there is no such person.
    """
    data = export_person(session, person_id=person_id)
    notes = {checkin["id"]: checkin["note"] or "" for checkin in data["checkins"]}
    rows = [
        {"pseudonym": data["pseudonym"], **row, "note": notes.get(row["checkin_id"], "")}
        for row in data["samples"]
    ]
    return write_csv(["pseudonym", *_SAMPLE, "note"], rows)


def write_csv(columns: list[str], rows: list[dict[str, Any]]) -> str:
    """CSV (RFC 4180) whose text no spreadsheet takes for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([csv_cell(name) for name in columns])
    writer.writerows([csv_cell(row.get(name)) for name in columns] for row in rows)
    return buffer.getvalue()
