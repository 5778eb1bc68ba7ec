"""Under which consent a check-in is recorded, and which cleanings of the files are owed.

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the column and the table."""
    # Not in batch mode: SQLite would drop the table, and with it the samples that refer to it.
    op.add_column("checkins", sa.Column("consent_id", sa.BigInteger(), nullable=True))
    op.create_table(
        "cleanings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owed_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleanings")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("cleanings")
    op.drop_column("checkins", "consent_id")
