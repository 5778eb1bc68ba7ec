"""What students say of themselves in a room, and how many said what.

Revision ID: 0008
Revises: 0007
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("room_members", sa.Column("said_s", sa.BigInteger(), nullable=True))
    op.add_column("room_members", sa.Column("said_follows", sa.Boolean(), nullable=True))
    op.add_column("room_members", sa.Column("said_seen", sa.Boolean(), nullable=True))
    op.create_table(
        "room_answers",
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Float(), nullable=False),
        sa.Column("measured", sa.Integer(), nullable=False),
        sa.Column("agrees", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["room_id"],
            ["rooms.id"],
            name=op.f("fk_room_answers_room_id_rooms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("room_id", "at_s", name=op.f("pk_room_answers")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("room_answers")
    op.drop_column("room_members", "said_seen")
    op.drop_column("room_members", "said_follows")
    op.drop_column("room_members", "said_s")
