"""The tables of lessons; times as in ``tables``."""

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from fer_core.storage.table_base import BY_KEY, NO_REUSE, BigId, ProbColumns, TableBase


class Room(TableBase):
    """A lesson. ``holder`` is the random number of the educator's access."""

    __tablename__ = "rooms"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    mode: Mapped[str] = mapped_column(String(20))
    holder: Mapped[int] = mapped_column(BigInteger, index=True)
    k_min: Mapped[int] = mapped_column(Integer)
    opened_s: Mapped[int] = mapped_column(BigInteger, index=True)
    closes_s: Mapped[int] = mapped_column(BigInteger)
    closed_s: Mapped[int | None] = mapped_column(BigInteger)
    #: Name, version and hash of the model in use when it was opened.
    model: Mapped[str | None] = mapped_column(String(200))
    #: Which process works out the figures of the class, and until when unless it says so again.
    lead: Mapped[str | None] = mapped_column(String(40))
    lead_until_s: Mapped[int | None] = mapped_column(BigInteger)


class RoomMember(TableBase):
    """A person in a room. Leaving and erasing take the row away.

    ``measures`` is their newest second, ``measured_s``, for the process that leads the room where
    another one has their stream: ten numbers in the order of ``classroom.measures.MEASURES``.

    ``said_follows`` is what they said of themselves at ``said_s`` and nobody has counted yet, and
    ``said_seen`` what their camera would have said; all three go once it is counted.
    """

    __tablename__ = "room_members"
    __table_args__ = (BY_KEY,)

    room_id: Mapped[int] = mapped_column(
        ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    joined_s: Mapped[int] = mapped_column(BigInteger)
    seen_s: Mapped[int] = mapped_column(BigInteger)
    measured_s: Mapped[int | None] = mapped_column(BigInteger)
    measures: Mapped[list[float] | None] = mapped_column(JSON(none_as_null=True))
    said_s: Mapped[int | None] = mapped_column(BigInteger)
    said_follows: Mapped[bool | None] = mapped_column(Boolean)
    said_seen: Mapped[bool | None] = mapped_column(Boolean)


class RoomSecond(ProbColumns, TableBase):
    """A second of a room as a whole: never less than ``k_min`` people, nothing about any of them.

    ``facing``, ``eyes_open`` and ``concentration`` are shares; ``p_*`` the mean probabilities.
    """

    __tablename__ = "room_seconds"
    __table_args__ = (BY_KEY,)

    room_id: Mapped[int] = mapped_column(
        ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True
    )
    second_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    people: Mapped[int] = mapped_column(Integer)
    facing: Mapped[float | None] = mapped_column(Float)
    eyes_open: Mapped[float | None] = mapped_column(Float)
    concentration: Mapped[float | None] = mapped_column(Float)


class RoomAnswers(TableBase):
    """What students of a room said of themselves: at least ``k_min`` of them, each answer once.

    ``follows`` is the share of ``people`` who said that they follow; ``agrees`` the share of
    ``measured``, those whom their cameras had seen, whose camera would have said the same.
    """

    __tablename__ = "room_answers"
    __table_args__ = (BY_KEY,)

    room_id: Mapped[int] = mapped_column(
        ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True
    )
    at_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    people: Mapped[int] = mapped_column(Integer)
    follows: Mapped[float] = mapped_column(Float)
    measured: Mapped[int] = mapped_column(Integer)
    agrees: Mapped[float | None] = mapped_column(Float)


class RoomMarker(TableBase):
    """What an educator noted at a moment of the lesson."""

    __tablename__ = "markers"
    __table_args__ = (NO_REUSE,)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), index=True)
    at_s: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str] = mapped_column(String(80))
