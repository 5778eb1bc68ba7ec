"""Sums over the minutes of people: what their own trends and a team's days are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Integer, Subquery, column, func, select, values
from sqlalchemy.orm import Session

from fer_core.storage.recording import MINUTE_S, MINUTE_SUMS, minutes_of_samples
from fer_core.storage.tables import CheckIn, Consent, Minute, Person, Sample

#: A check-in goes on for so long at most, whatever ended it.
_LONGEST_S = 86_400


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

    def without(self, part: "Sums") -> "Sums":
        """These less those of a part of them."""
        return Sums(
            self.person_id,
            self.bucket,
            self.seconds - part.seconds,
            max(0.0, self.valid_s - part.valid_s),
            np.maximum(self.probs - part.probs, 0.0),
            max(0.0, self.facing_s - part.facing_s),
            max(0.0, self.facing_of_s - part.facing_of_s),
            max(0.0, self.eyes_s - part.eyes_s),
            max(0.0, self.eyes_of_s - part.eyes_of_s),
        )

    @property
    def coverage(self) -> float:
        """Share of the recorded seconds with a valid face, 0..1."""
        return self.valid_s / self.seconds if self.seconds else 0.0


def load_minutes(
    session: Session, *, person_id: int, start_s: int = 0, end_s: int = 2**62
) -> list[tuple[int, Sums]]:
    """(start of the minute, its sums) of one person, in order; ``bucket`` counts from 0."""
    rows = session.execute(
        select(Minute.minute_s, *(getattr(Minute, name) for name in MINUTE_SUMS))
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
    of_still: bool = False,
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
        of_still: only what check-ins add to these sums whose face never moved like a person's.

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
    rows = (
        _still_minutes(min(start for start, _ in buckets), max(end for _, end in buckets))
        if of_still
        else Minute.__table__
    )
    query = (
        select(rows.c.person_id, spans.c.bucket, *(func.sum(rows.c[name]) for name in MINUTE_SUMS))
        .select_from(rows)
        .join(spans, (rows.c.minute_s >= spans.c.start_s) & (rows.c.minute_s < spans.c.end_s))
        .join(Person, Person.id == rows.c.person_id)
        .where(Person.is_demo == is_demo)
        .group_by(rows.c.person_id, spans.c.bucket)
        .order_by(spans.c.bucket, rows.c.person_id)
    )
    if team_id is not None:
        query = query.where(Person.team_id == team_id)
    if person_id is not None:
        query = query.where(rows.c.person_id == person_id)
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
        query = query.join(agreed, agreed.c.person_id == rows.c.person_id).where(
            rows.c.minute_s >= agreed.c.since_s
        )
    return [_sums(row[0], row[1], row[2:]) for row in session.execute(query)]


def _still_minutes(start_s: int, end_s: int) -> Subquery:
    """The minutes as check-ins make them whose face never moved like a person's."""
    still = select(CheckIn.id).where(
        CheckIn.moved.is_(False),
        CheckIn.started_s >= start_s - _LONGEST_S,
        CheckIn.started_s < end_s,
    )
    return minutes_of_samples(Sample.checkin_id.in_(still)).subquery()


def _sums(person_id: int, bucket: int, row: Sequence[Any]) -> Sums:
    probs = np.array(row[2:9], np.float64)
    numbers = (float(value) for value in row[9:13])
    return Sums(person_id, bucket, int(row[0]), float(row[1]), probs, *numbers)
