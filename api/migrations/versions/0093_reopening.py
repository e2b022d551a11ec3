"""Who opens a ticket again that people have closed: one process at a time."""

from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE tickets ADD COLUMN reopening_until timestamptz  -- nobody else does it before then")


def downgrade() -> None:
    op.execute("ALTER TABLE tickets DROP COLUMN reopening_until")
