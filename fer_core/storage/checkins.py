"""Check-ins and their samples."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from fer_core.storage.cleaning import owe_cleaning
from fer_core.storage.recording import MINUTE_S, minute_of, recompute_minutes
from fer_core.storage.table_base import PROB_COLUMNS
from fer_core.storage.tables import CheckIn, Sample


@dataclass(frozen=True, slots=True, eq=False)
class CheckinCourse:
    """Samples of one person over time, n of them.

    Attributes:
        times_s: (n,) int64, UTC seconds.
        probs: (n, 7) float64.
        coverage: (n,) float64, 0..1.
        facing, eyes_open: (n,) float64, NaN where not measured.
    """

    times_s: NDArray[np.int64]
    probs: NDArray[np.float64]
    coverage: NDArray[np.float64]
    facing: NDArray[np.float64]
    eyes_open: NDArray[np.float64]


def start_checkin(
    session: Session,
    *,
    person_id: int,
    consent_id: int,
    kind: str,
    now_s: int,
    room_id: int | None = None,
    moved: bool | None = None,
) -> CheckIn:
    """Begin a sitting; samples are written to its id for as long as the consent is in force.

    Args:
        session: that writes.
        person_id, consent_id, kind, room_id, now_s: as in the table.
        moved: whether the face moved like a person's so far; None where nobody looks.
    """
    checkin = CheckIn(
        person_id=person_id,
        consent_id=consent_id,
        kind=kind,
        room_id=room_id,
        started_s=now_s,
        moved=moved,
    )
    session.add(checkin)
    session.flush()
    return checkin


def note_moved(session: Session, *, checkin_id: int, person_id: int) -> None:
    """Its face moved like a person's: from now on it counts in the person's team."""
    session.execute(
        update(CheckIn)
        .where(CheckIn.id == checkin_id, CheckIn.person_id == person_id)
        .values(moved=True)
    )


def end_checkin(
    session: Session,
    *,
    checkin_id: int,
    person_id: int,
    now_s: int,
    result: dict[str, Any] | None = None,
) -> bool:
    """End it, with what was shown to the person; False where it is not theirs."""
    done = session.execute(
        update(CheckIn)
        .where(CheckIn.id == checkin_id, CheckIn.person_id == person_id)
        .values(ended_s=now_s, result=result)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def set_note(session: Session, *, checkin_id: int, person_id: int, note: str | None) -> bool:
    """Keep the person's own note with it; False where it is not theirs. What the note was before
    leaves the files as well."""
    before = _note_of(session, checkin_id=checkin_id, person_id=person_id)
    if before:
        owe_cleaning(session, before)
    done = session.execute(
        update(CheckIn)
        .where(CheckIn.id == checkin_id, CheckIn.person_id == person_id)
        .values(note=(note or "").strip()[:2000].replace("\0", "") or None)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _note_of(session: Session, *, checkin_id: int, person_id: int) -> str | None:
    return session.scalar(
        select(CheckIn.note).where(CheckIn.id == checkin_id, CheckIn.person_id == person_id)
    )


def delete_checkin(session: Session, *, checkin_id: int, person_id: int) -> bool:
    """Take one sitting away, its samples and their part in the sums; False where not theirs."""
    owe_cleaning(session, _note_of(session, checkin_id=checkin_id, person_id=person_id))
    spans = session.execute(
        select(func.min(Sample.second_s), func.max(Sample.second_s)).where(
            Sample.checkin_id == checkin_id, Sample.person_id == person_id
        )
    ).one()
    done = session.execute(
        delete(CheckIn).where(CheckIn.id == checkin_id, CheckIn.person_id == person_id)
    )
    if spans[0] is not None:
        minutes = range(minute_of(spans[0]), spans[1] + 1, MINUTE_S)
        recompute_minutes(session, [(person_id, minute) for minute in minutes])
    return bool(done.rowcount)  # type: ignore[attr-defined]


def list_checkins(session: Session, *, person_id: int, most: int = 500) -> list[CheckIn]:
    """A person's sittings, the newest first."""
    return list(
        session.scalars(
            select(CheckIn)
            .where(CheckIn.person_id == person_id)
            .order_by(CheckIn.started_s.desc(), CheckIn.id.desc())
            .limit(most)
        )
    )


def load_course(
    session: Session,
    *,
    person_id: int,
    checkin_id: int | None = None,
    start_s: int = 0,
    end_s: int = 2**62,
) -> CheckinCourse:
    """A person's samples with ``start_s <= time < end_s``, in order; of one check-in, or all."""
    query = (
        select(
            Sample.second_s,
            *(getattr(Sample, name) for name in PROB_COLUMNS),
            *(Sample.coverage, Sample.facing, Sample.eyes_open),
        )
        .where(Sample.person_id == person_id, Sample.second_s >= start_s, Sample.second_s < end_s)
        .order_by(Sample.second_s, Sample.checkin_id, Sample.track_id)
    )
    if checkin_id is not None:
        query = query.where(Sample.checkin_id == checkin_id)
    rows = session.execute(query).all()
    table = np.array([row[1:] for row in rows], dtype=np.float64).reshape(len(rows), 10)
    return CheckinCourse(
        times_s=np.array([row[0] for row in rows], np.int64),
        probs=table[:, :7],
        coverage=table[:, 7],
        facing=table[:, 8],
        eyes_open=table[:, 9],
    )
