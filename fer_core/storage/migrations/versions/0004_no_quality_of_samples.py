"""Samples without a column that nothing ever filled.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Take the column away."""
    op.drop_column("samples", "quality")


def downgrade() -> None:
    """Add it, empty."""
    op.add_column("samples", sa.Column("quality", sa.Float(), nullable=True))
