"""What customers think: of one answer, or of the conversation when it has ended."""

from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None

STATEMENTS = """
-- One a conversation, so that nobody is asked twice.
CREATE TABLE surveys (
    conversation_id uuid PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    seq bigint NOT NULL,  -- of the event that asks
    kind text NOT NULL CHECK (kind IN ('csat', 'nps', 'ces')),
    asked_at timestamptz NOT NULL DEFAULT now(),
    dismissed_at timestamptz
);
CREATE INDEX surveys_asked ON surveys (asked_at);

CREATE TABLE feedback (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('csat', 'nps', 'ces', 'answer')),
    ref bigint NOT NULL,  -- seq of the answer or of the survey that it is about; 0: of the conversation as a whole
    score integer NOT NULL,
    comment text,
    given_at timestamptz NOT NULL DEFAULT now(),  -- when it was said last
    PRIMARY KEY (conversation_id, kind, ref),
    CHECK (CASE kind WHEN 'csat' THEN score BETWEEN 1 AND 5 WHEN 'nps' THEN score BETWEEN 0 AND 10
           WHEN 'ces' THEN score BETWEEN 1 AND 7 ELSE score BETWEEN 0 AND 1 END)
);
CREATE INDEX feedback_given ON feedback (given_at);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE feedback, surveys")
