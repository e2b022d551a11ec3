"""Messages that are answered together: which turn each belongs to, and when a turn may begin."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = """
-- The turn that a message is answered in: the id of the last message of the set, fixed when the turn is first taken up.
ALTER TABLE turns ADD COLUMN batch uuid;
UPDATE turns SET batch = message_id WHERE attempts > 0;
-- A channel may collect what comes until then.
ALTER TABLE turns ADD COLUMN due_at timestamptz NOT NULL DEFAULT clock_timestamp();
CREATE INDEX turns_of_batch ON turns (batch) WHERE finished_at IS NULL;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("ALTER TABLE turns DROP COLUMN batch, DROP COLUMN due_at")
