"""The table of what was published of teams; see ``tables`` for all others."""

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from fer_core.storage.table_base import TableBase


class TeamBlock(TableBase):
    """A group of people whose day was published, and what their figures were, as a seal only.

    See ``fer_core.storage.suppression``. ``team`` is 0 for persons without one. Ids stand in no
    relation to ``persons``: those of the erased are the ends of a range like any other.
    """

    __tablename__ = "team_blocks"
    __table_args__ = ({"sqlite_with_rowid": False},)

    team: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day_s: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    first_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    last_id: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(Integer)
    salt: Mapped[str] = mapped_column(String(32))
    #: Empty once the figures came to differ: the block is withheld for good.
    seal: Mapped[str] = mapped_column(String(64))
