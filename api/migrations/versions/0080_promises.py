"""When a customer was told to expect an answer, and whether we said so when none came by then."""

from alembic import op

revision = "0080"
down_revision = "0071"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE handoffs ADD COLUMN promised_at timestamptz, ADD COLUMN late_told_at timestamptz;
CREATE INDEX handoffs_promised ON handoffs (promised_at)
    WHERE closed_at IS NULL AND claimed_at IS NULL AND late_told_at IS NULL AND promised_at IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("ALTER TABLE handoffs DROP COLUMN promised_at, DROP COLUMN late_told_at")
