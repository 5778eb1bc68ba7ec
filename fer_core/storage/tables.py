"""The tables. Every time is UTC in whole seconds since 1970; columns that end in ``_s`` are that.

Who is who: a *person* is a pseudonym and nothing else; a *holder* is a browser with a role (see
``fer_core.access``). Nothing ties the two together.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fer_core.labels import EMOTIONS

#: Names for constraints, so that a later migration can name what it changes.
_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Ids are never given twice, so that nothing of an erased person can come to belong to another.
_NO_REUSE = {"sqlite_autoincrement": True}
#: Small rows that are only ever found by their key.
_BY_KEY = {"sqlite_with_rowid": False}

#: Columns of the probabilities, in the order of ``labels.EMOTIONS``.
PROB_COLUMNS = tuple(f"p_{name}" for name in EMOTIONS)

_BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only INTEGER


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=_NAMING)


class _Probs:
    """Seven numbers, one per emotion."""

    p_angry: Mapped[float] = mapped_column(Float)
    p_disgust: Mapped[float] = mapped_column(Float)
    p_fear: Mapped[float] = mapped_column(Float)
    p_happy: Mapped[float] = mapped_column(Float)
    p_sad: Mapped[float] = mapped_column(Float)
    p_surprise: Mapped[float] = mapped_column(Float)
    p_neutral: Mapped[float] = mapped_column(Float)


class Team(Base):
    """A group of persons whose aggregate may be looked at."""

    __tablename__ = "teams"
    __table_args__ = (_NO_REUSE,)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    created_s: Mapped[int] = mapped_column(BigInteger)


class Person(Base):
    """A pseudonym. ``key_hash`` is of the key by which its owner comes back to it."""

    __tablename__ = "persons"
    __table_args__ = (_NO_REUSE,)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
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


class Consent(Base):
    """What a person agreed to, in which version of the text; ``receipt`` is the random number
    on the receipt they can download."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    text_sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(40), unique=True)
    given_s: Mapped[int] = mapped_column(BigInteger)
    withdrawn_s: Mapped[int | None] = mapped_column(BigInteger)


class CheckIn(Base):
    """One sitting of one person: 30 to 60 s, a page left open, or a lesson."""

    __tablename__ = "checkins"
    __table_args__ = (_NO_REUSE,)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    room_id: Mapped[int | None] = mapped_column(
        ForeignKey("rooms.id", ondelete="SET NULL"), index=True
    )
    #: Under which it is recorded. No foreign key, for which SQLite would have to copy the table:
    #: consents go with their person only, and so does this row.
    consent_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(20))
    started_s: Mapped[int] = mapped_column(BigInteger, index=True)
    ended_s: Mapped[int | None] = mapped_column(BigInteger)
    #: What was shown to the person at the end (ratios, interval, verdict, settings), as JSON.
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(Text)


class Sample(_Probs, Base):
    """One track over one second: means over the valid time of that second."""

    __tablename__ = "samples"
    __table_args__ = (Index("ix_samples_person_second", "person_id", "second_s"), _BY_KEY)

    checkin_id: Mapped[int] = mapped_column(
        ForeignKey("checkins.id", ondelete="CASCADE"), primary_key=True
    )
    second_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    track_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    coverage: Mapped[float] = mapped_column(Float)
    quality: Mapped[float | None] = mapped_column(Float)
    facing: Mapped[float | None] = mapped_column(Float)
    eyes_open: Mapped[float | None] = mapped_column(Float)


class Minute(_Probs, Base):
    """Sums over the samples of one person and minute; ``p_*`` are sums of probability x coverage.

    ``facing_s`` and ``eyes_s`` are sums of share x coverage over the samples that have the share,
    ``facing_of_s`` and ``eyes_of_s`` the sums of coverage of those samples.
    """

    __tablename__ = "minutes"
    __table_args__ = (Index("ix_minutes_minute", "minute_s"), _BY_KEY)

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


class Room(Base):
    """A lesson. ``holder`` is the random number of the educator's access."""

    __tablename__ = "rooms"
    __table_args__ = (_NO_REUSE,)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    mode: Mapped[str] = mapped_column(String(20))
    holder: Mapped[int] = mapped_column(BigInteger, index=True)
    k_min: Mapped[int] = mapped_column(Integer)
    opened_s: Mapped[int] = mapped_column(BigInteger, index=True)
    closes_s: Mapped[int] = mapped_column(BigInteger)
    closed_s: Mapped[int | None] = mapped_column(BigInteger)


class RoomMember(Base):
    """A person in a room. Leaving and erasing take the row away."""

    __tablename__ = "room_members"
    __table_args__ = (_BY_KEY,)

    room_id: Mapped[int] = mapped_column(
        ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    joined_s: Mapped[int] = mapped_column(BigInteger)
    seen_s: Mapped[int] = mapped_column(BigInteger)


class RoomSecond(_Probs, Base):
    """A second of a room as a whole: never less than ``k_min`` people, nothing about any of them.

    ``facing``, ``eyes_open`` and ``concentration`` are shares; ``p_*`` the mean probabilities.
    """

    __tablename__ = "room_seconds"
    __table_args__ = (_BY_KEY,)

    room_id: Mapped[int] = mapped_column(
        ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True
    )
    second_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    people: Mapped[int] = mapped_column(Integer)
    facing: Mapped[float | None] = mapped_column(Float)
    eyes_open: Mapped[float | None] = mapped_column(Float)
    concentration: Mapped[float | None] = mapped_column(Float)


class Marker(Base):
    """What an educator noted at a moment of the lesson."""

    __tablename__ = "markers"
    __table_args__ = (_NO_REUSE,)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), index=True)
    at_s: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str] = mapped_column(String(80))


class Cleaning(Base):
    """Something was deleted, and the database's files still have to be cleaned of it. Written with
    the deletion, so that a process that is killed in between owes it to the next one."""

    __tablename__ = "cleanings"
    __table_args__ = (_NO_REUSE,)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    owed_s: Mapped[int] = mapped_column(BigInteger)


class Choice(Base):
    """What the owner decided (purpose, thresholds), each version kept."""

    __tablename__ = "choices"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)
    value: Mapped[Any] = mapped_column(JSON)
    made_s: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(BigInteger)


class AccessLink(Base):
    """A link that gives a role; only the hash of its token is kept."""

    __tablename__ = "access_links"
    __table_args__ = (CheckConstraint("uses <= max_uses", name="uses"), _NO_REUSE)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_s: Mapped[int] = mapped_column(BigInteger)
    expires_s: Mapped[int] = mapped_column(BigInteger)
    max_uses: Mapped[int] = mapped_column(Integer)
    uses: Mapped[int] = mapped_column(Integer, default=0)
    revoked_s: Mapped[int | None] = mapped_column(BigInteger)


class Holder(Base):
    """A browser, or a login by OIDC, that has roles. ``number`` is random and stands in the audit
    log and beside rooms in its place."""

    __tablename__ = "holders"
    __table_args__ = (_NO_REUSE,)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    #: Of the cookie's token; for OIDC of issuer and subject.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(200))
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("access_links.id", ondelete="CASCADE"), index=True
    )
    created_s: Mapped[int] = mapped_column(BigInteger)
    expires_s: Mapped[int] = mapped_column(BigInteger)
    revoked_s: Mapped[int | None] = mapped_column(BigInteger)


class AuditEntry(Base):
    """Who (a random number) did what to which aggregate, and when. Never a pseudonym."""

    __tablename__ = "audit_log"
    __table_args__ = (_NO_REUSE,)

    id: Mapped[int] = mapped_column(_BigId, primary_key=True)
    at_s: Mapped[int] = mapped_column(BigInteger, index=True)
    number: Mapped[int] = mapped_column(BigInteger, index=True)
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
