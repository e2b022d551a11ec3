"""E-mails that tell of an erasure, to addresses that nothing else is known of any more."""

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE farewells (
    key uuid PRIMARY KEY,
    reference text NOT NULL,
    address text NOT NULL,  -- the row goes when the e-mail has left or was given up
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE privacy_requests ADD COLUMN outcome text CHECK (outcome IN ('done', 'declined'));
UPDATE privacy_requests SET outcome = 'done' WHERE closed_at IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("ALTER TABLE privacy_requests DROP COLUMN outcome")
    op.execute("DROP TABLE farewells")
