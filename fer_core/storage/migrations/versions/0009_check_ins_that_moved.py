"""Whether the face of a check-in moved like a person's.

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the column; of check-ins that are there already nobody knows."""
    # Not in batch mode: SQLite would drop the table, and with it the samples that refer to it.
    op.add_column("checkins", sa.Column("moved", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("checkins", "moved")
