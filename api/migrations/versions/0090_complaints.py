"""What was agreed with who complained, by when, and whether it was kept."""

from alembic import op

revision = "0090"
down_revision = "0081"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE complaints (
    handoff_id bigint PRIMARY KEY REFERENCES handoffs ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'agreed', 'done', 'kept', 'broken')),
    answer_by timestamptz,  -- what the customer was told where nobody was at the desk
    agreed text CHECK (agreed <> ''),
    due_on date,  -- a day at the desk
    agreed_at timestamptz,
    CHECK ((state = 'open') = (agreed IS NULL)),
    CHECK ((agreed IS NULL) = (due_on IS NULL)),
    CHECK ((agreed IS NULL) = (agreed_at IS NULL))
);
CREATE INDEX complaints_of_conversation ON complaints (conversation_id);
CREATE INDEX complaints_due ON complaints (due_on) WHERE state = 'agreed';
INSERT INTO complaints (handoff_id, conversation_id, answer_by)
    SELECT id, conversation_id, promised_at FROM handoffs WHERE reason = 'complaint';
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE complaints")
