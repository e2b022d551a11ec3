"""What customers ask about their data, and what is still to be erased elsewhere."""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE privacy_requests (
    reference text PRIMARY KEY,
    message_id uuid NOT NULL UNIQUE,  -- one request a turn, however often the turn is stored
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    customer_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('access', 'erase')),
    requested_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    closed_by text
);
CREATE INDEX privacy_requests_open ON privacy_requests (requested_at) WHERE closed_at IS NULL;

-- Conversations whose trackers Rasa still has. Looked at twice: a turn that was underway may have been saved after the
-- first time. Not a word of the conversation is left here.
CREATE TABLE erasures (
    conversation_id uuid PRIMARY KEY,
    rounds integer NOT NULL DEFAULT 2,
    due_at timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE privacy_requests, erasures")
