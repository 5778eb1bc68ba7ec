"""Rooms whose students are connected to several processes.

Revision ID: 0006
Revises: 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("rooms", sa.Column("lead", sa.String(length=40), nullable=True))
    op.add_column("rooms", sa.Column("lead_until_s", sa.BigInteger(), nullable=True))
    op.add_column("room_members", sa.Column("measured_s", sa.BigInteger(), nullable=True))
    op.add_column("room_members", sa.Column("measures", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("room_members", "measures")
    op.drop_column("room_members", "measured_s")
    op.drop_column("rooms", "lead_until_s")
    op.drop_column("rooms", "lead")
