"""Photos that customers send, cleaned and made smaller."""

from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE photos (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    idempotency_key text NOT NULL,
    seq bigint NOT NULL,  -- of the event that shows it
    width integer NOT NULL,
    height integer NOT NULL,
    content bytea NOT NULL,  -- a JPEG of ours
    sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (conversation_id, idempotency_key)
);
ALTER TABLE photos ALTER COLUMN content SET STORAGE EXTERNAL;  -- a JPEG gets no smaller
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE photos")
