"""What reports look for by time."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX conversations_created ON conversations (created_at)")
    op.execute("CREATE INDEX handoffs_requested ON handoffs (requested_at)")


def downgrade() -> None:
    op.execute("DROP INDEX conversations_created, handoffs_requested")
