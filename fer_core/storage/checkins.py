"""Check-ins, their samples, and the sums that dashboards are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Integer, column, delete, func, select, update, values
from sqlalchemy.orm import Session

from fer_core.storage.cleaning import owe_cleaning
from fer_core.storage.recording import MINUTE_S, minute_of, recompute_minutes
from fer_core.storage.tables import PROB_COLUMNS, CheckIn, Consent, Minute, Person, Sample

_SUMS = ("seconds", "valid_s", *PROB_COLUMNS, "facing_s", "facing_of_s", "eyes_s", "eyes_of_s")


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums over one person and one bucket of time; they add up over buckets and persons.

    Attributes:
        person_id: whose.
        bucket: which of the buckets asked for, from 0.
        seconds: rows of samples.
        valid_s: seconds with a valid face.
        probs: (7,) float64, sum over the valid time, order ``labels.EMOTIONS``.
        facing_s, facing_of_s: seconds turned to the camera, of those in which it was measured.
        eyes_s, eyes_of_s: the same for open eyes.
    """

    person_id: int
    bucket: int
    seconds: int
    valid_s: float
    probs: NDArray[np.float64]
    facing_s: float
    facing_of_s: float
    eyes_s: float
    eyes_of_s: float

    @property
    def mean(self) -> NDArray[np.float64]:
        """(7,) float64, mean probabilities; NaN without valid time."""
        return self.probs / self.valid_s if self.valid_s > 0 else np.full(len(self.probs), np.nan)

    @property
    def coverage(self) -> float:
        """Share of the recorded seconds with a valid face, 0..1."""
        return self.valid_s / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Samples of one person over time, n of them.

    Attributes:
        times_s: (n,) int64, UTC seconds.
        probs: (n, 7) float64.
        coverage: (n,) float64, 0..1.
        facing, eyes_open, quality: (n,) float64, NaN where not measured.
    """

    times_s: NDArray[np.int64]
    probs: NDArray[np.float64]
    coverage: NDArray[np.float64]
    facing: NDArray[np.float64]
    eyes_open: NDArray[np.float64]
    quality: NDArray[np.float64]


def start_checkin(
    session: Session,
    *,
    person_id: int,
    consent_id: int,
    kind: str,
    now_s: int,
    room_id: int | None = None,
) -> CheckIn:
    """Begin a sitting; samples are written to its id for as long as the consent is in force."""
    checkin = CheckIn(
        person_id=person_id, consent_id=consent_id, kind=kind, room_id=room_id, started_s=now_s
    )
    session.add(checkin)
    session.flush()
    return checkin


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
) -> Course:
    """A person's samples with ``start_s <= time < end_s``, in order; of one check-in, or all."""
    query = (
        select(
            Sample.second_s,
            *(getattr(Sample, name) for name in PROB_COLUMNS),
            *(Sample.coverage, Sample.facing, Sample.eyes_open, Sample.quality),
        )
        .where(Sample.person_id == person_id, Sample.second_s >= start_s, Sample.second_s < end_s)
        .order_by(Sample.second_s, Sample.checkin_id, Sample.track_id)
    )
    if checkin_id is not None:
        query = query.where(Sample.checkin_id == checkin_id)
    rows = session.execute(query).all()
    table = np.array([row[1:] for row in rows], dtype=np.float64).reshape(len(rows), 11)
    return Course(
        times_s=np.array([row[0] for row in rows], np.int64),
        probs=table[:, :7],
        coverage=table[:, 7],
        facing=table[:, 8],
        eyes_open=table[:, 9],
        quality=table[:, 10],
    )


def load_minutes(
    session: Session, *, person_id: int, start_s: int = 0, end_s: int = 2**62
) -> list[tuple[int, Sums]]:
    """(start of the minute, its sums) of one person, in order; ``bucket`` counts from 0."""
    rows = session.execute(
        select(Minute.minute_s, *(getattr(Minute, name) for name in _SUMS))
        .where(Minute.person_id == person_id, Minute.minute_s >= start_s, Minute.minute_s < end_s)
        .order_by(Minute.minute_s)
    ).all()
    return [(int(row[0]), _sums(person_id, at, row[1:])) for at, row in enumerate(rows)]


def sum_buckets(
    session: Session,
    *,
    buckets: Sequence[tuple[int, int]],
    team_id: int | None = None,
    person_id: int | None = None,
    is_demo: bool = False,
    agreed_to: tuple[str, str] | None = None,
) -> list[Sums]:
    """Sums per person and bucket, from the roll-ups by the minute, added up in SQL.

    Args:
        session: open.
        buckets: (start, end) in UTC seconds at whole minutes, the end not included: the days of
            somebody's time zone, hours, weeks. They may overlap.
        team_id: this team only; None for everybody.
        person_id: this person only.
        is_demo: of the demonstration's persons, instead of the real ones.
        agreed_to: purpose and version of a text: only minutes under a consent to it that was given
            before and stands, so of nobody who agreed to another version or withdrew; None asks
            for no consent (one's own data).

    Returns:
        Rows in order of bucket and person; persons without samples in a bucket have none there.

    Raises:
        ValueError: a bucket does not begin and end at a whole minute.
    """
    if not buckets:
        return []
    for start_s, end_s in buckets:
        if start_s % MINUTE_S or end_s % MINUTE_S or end_s < start_s:
            raise ValueError(f"Buckets are whole minutes. Received: {(start_s, end_s)}.")
    spans = (
        values(
            column("bucket", Integer),
            column("start_s", BigInteger),
            column("end_s", BigInteger),
            name="spans",
        )
        .data([(index, start_s, end_s) for index, (start_s, end_s) in enumerate(buckets)])
        .cte("spans")
    )
    query = (
        select(
            Minute.person_id,
            spans.c.bucket,
            *(func.sum(getattr(Minute, name)) for name in _SUMS),
        )
        .select_from(Minute)
        .join(spans, (Minute.minute_s >= spans.c.start_s) & (Minute.minute_s < spans.c.end_s))
        .join(Person, Person.id == Minute.person_id)
        .where(Person.is_demo == is_demo)
        .group_by(Minute.person_id, spans.c.bucket)
        .order_by(spans.c.bucket, Minute.person_id)
    )
    if team_id is not None:
        query = query.where(Person.team_id == team_id)
    if person_id is not None:
        query = query.where(Minute.person_id == person_id)
    if agreed_to is not None:
        purpose, version = agreed_to
        agreed = (
            select(Consent.person_id, func.min(Consent.given_s).label("since_s"))
            .where(
                Consent.purpose == purpose,
                Consent.version == version,
                Consent.withdrawn_s.is_(None),
            )
            .group_by(Consent.person_id)
            .subquery()
        )
        query = query.join(agreed, agreed.c.person_id == Minute.person_id).where(
            Minute.minute_s >= agreed.c.since_s
        )
    return [_sums(row[0], row[1], row[2:]) for row in session.execute(query)]


def _sums(person_id: int, bucket: int, row: Sequence[Any]) -> Sums:
    probs = np.array(row[2:9], np.float64)
    numbers = (float(value) for value in row[9:13])
    return Sums(person_id, bucket, int(row[0]), float(row[1]), probs, *numbers)
