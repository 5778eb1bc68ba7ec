"""What all tables have in common: names of constraints, kinds of ids, seven probabilities."""

from sqlalchemy import (
    BigInteger,
    Float,
    Integer,
    MetaData,
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
NO_REUSE = {"sqlite_autoincrement": True}
#: Small rows that are only ever found by their key.
BY_KEY = {"sqlite_with_rowid": False}

#: Columns of the probabilities, in the order of ``labels.EMOTIONS``.
PROB_COLUMNS = tuple(f"p_{name}" for name in EMOTIONS)

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only INTEGER


class TableBase(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=_NAMING)


class ProbColumns:
    """Seven numbers, one per emotion."""

    p_angry: Mapped[float] = mapped_column(Float)
    p_disgust: Mapped[float] = mapped_column(Float)
    p_fear: Mapped[float] = mapped_column(Float)
    p_happy: Mapped[float] = mapped_column(Float)
    p_sad: Mapped[float] = mapped_column(Float)
    p_surprise: Mapped[float] = mapped_column(Float)
    p_neutral: Mapped[float] = mapped_column(Float)
