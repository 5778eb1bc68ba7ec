"""Which model was in use when a room was opened.

Revision ID: 0007
Revises: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("rooms", sa.Column("model", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("rooms", "model")
