"""The tables. Every time is UTC in whole seconds since 1970; columns that end in ``_s`` are that.

Who is who: a *person* is a pseudonym and nothing else; a *holder* is a browser with a role (see
``fer_core.access``). Nothing ties the two together.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from fer_core.storage.table_base import BY_KEY, NO_REUSE, BigId, ProbColumns, TableBase


class Team(TableBase):
    """A group of persons whose aggregate may be looked at."""

    __tablename__ = "teams"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    created_s: Mapped[int] = mapped_column(BigInteger)


class Person(TableBase):
    """A pseudonym. ``key_hash`` is of the key by which its owner comes back to it."""

    __tablename__ = "persons"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(60))
    #: Case-folded: no two that look alike.
    folded: Mapped[str] = mapped_column(String(120), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    team_id: Mapped[int | None] = mapped_column(
        ForeignKey("teams.id", ondelete="SET NULL"), index=True
    )
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_s: Mapped[int] = mapped_column(BigInteger)
    seen_s: Mapped[int] = mapped_column(BigInteger, index=True)


class Consent(TableBase):
    """What a person agreed to, in which version of the text; ``receipt`` is the random number
    on the receipt they can download."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    text_sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(40), unique=True)
    given_s: Mapped[int] = mapped_column(BigInteger)
    withdrawn_s: Mapped[int | None] = mapped_column(BigInteger)


class CheckIn(TableBase):
    """One sitting of one person: 30 to 60 s, a page left open, or a lesson."""

    __tablename__ = "checkins"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    room_id: Mapped[int | None] = mapped_column(
        ForeignKey("rooms.id", ondelete="SET NULL"), index=True
    )
    #: Under which it is recorded. No foreign key, for which SQLite would have to copy the table:
    #: consents go with their person only, and so does this row.
    consent_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(20))
    #: Whether the face moved like a person's so far; what never did counts in no team. NULL: nobody
    #: looked, as in rooms, which look for themselves.
    moved: Mapped[bool | None] = mapped_column()
    started_s: Mapped[int] = mapped_column(BigInteger, index=True)
    ended_s: Mapped[int | None] = mapped_column(BigInteger)
    #: What was shown to the person at the end (ratios, interval, verdict, settings), as JSON.
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(Text)


class Sample(ProbColumns, TableBase):
    """One track over one second: means over the valid time of that second."""

    __tablename__ = "samples"
    __table_args__ = (Index("ix_samples_person_second", "person_id", "second_s"), BY_KEY)

    checkin_id: Mapped[int] = mapped_column(
        ForeignKey("checkins.id", ondelete="CASCADE"), primary_key=True
    )
    second_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    track_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    coverage: Mapped[float] = mapped_column(Float)
    facing: Mapped[float | None] = mapped_column(Float)
    eyes_open: Mapped[float | None] = mapped_column(Float)


class Minute(ProbColumns, TableBase):
    """Sums over the samples of one person and minute; ``p_*`` are sums of probability x coverage.

    ``facing_s`` and ``eyes_s`` are sums of share x coverage over the samples that have the share,
    ``facing_of_s`` and ``eyes_of_s`` the sums of coverage of those samples.
    """

    __tablename__ = "minutes"
    __table_args__ = (Index("ix_minutes_minute", "minute_s"), BY_KEY)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True
    )
    minute_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seconds: Mapped[int] = mapped_column(Integer)
    valid_s: Mapped[float] = mapped_column(Float)
    facing_s: Mapped[float] = mapped_column(Float)
    facing_of_s: Mapped[float] = mapped_column(Float)
    eyes_s: Mapped[float] = mapped_column(Float)
    eyes_of_s: Mapped[float] = mapped_column(Float)


class Cleaning(TableBase):
    """Something was deleted, and the database's files still have to be cleaned of it. Written with
    the deletion, so that a process that is killed in between owes it to the next one."""

    __tablename__ = "cleanings"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owed_s: Mapped[int] = mapped_column(BigInteger)


class Choice(TableBase):
    """What the owner decided (purpose, thresholds), each version kept."""

    __tablename__ = "choices"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)
    value: Mapped[Any] = mapped_column(JSON)
    made_s: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(BigInteger)
