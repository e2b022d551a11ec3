"""Who has a conversation at another desk than ours, and the tickets there."""

from alembic import op

revision = "0050"
down_revision = "0030"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE handoffs
    ADD COLUMN agent text,  -- in place of advisor_id: somebody at another desk, such as helpdesk:7
    DROP CONSTRAINT handoffs_check,
    ADD CONSTRAINT handoffs_held_since CHECK ((num_nonnulls(advisor_id, agent) = 1) = (claimed_at IS NOT NULL)),
    ADD CONSTRAINT handoffs_one_holder CHECK (num_nonnulls(advisor_id, agent) <= 1);
DROP INDEX handoffs_in_line;
CREATE INDEX handoffs_in_line ON handoffs (rank_at, id) WHERE closed_at IS NULL AND claimed_at IS NULL;

-- What a hand-off is at a ticket system. A reopened ticket moves on to the newer hand-off.
CREATE TABLE tickets (
    handoff_id bigint PRIMARY KEY REFERENCES handoffs ON DELETE CASCADE,
    newest_before bigint,  -- there, when ours was about to be made: ours is looked for after it
    ticket bigint UNIQUE,
    account bigint,  -- whose follow-ups there are our own
    look_at timestamptz,  -- when to look for news
    active_at timestamptz NOT NULL DEFAULT now(),  -- when anything last happened in it
    CHECK ((ticket IS NULL) = (account IS NULL))
);
CREATE INDEX tickets_to_look_at ON tickets (look_at) WHERE ticket IS NOT NULL;

-- Follow-ups that the customer has got, by what is the same however often we learn of one.
CREATE TABLE ticket_answers (
    ticket bigint NOT NULL REFERENCES tickets (ticket) ON DELETE CASCADE,
    key bytea NOT NULL,
    PRIMARY KEY (ticket, key)
);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE ticket_answers, tickets")
    op.execute("""
        DROP INDEX handoffs_in_line;
        ALTER TABLE handoffs DROP COLUMN agent,
            ADD CONSTRAINT handoffs_check CHECK ((advisor_id IS NULL) = (claimed_at IS NULL)) NOT VALID;
        CREATE INDEX handoffs_in_line ON handoffs (rank_at, id) WHERE closed_at IS NULL AND advisor_id IS NULL
    """)
