"""What customers agreed to, and the messages that follow a complaint if they did."""

from alembic import op

revision = "0070"
down_revision = "0062"
branch_labels = None
depends_on = None

STATEMENTS = """
-- One question a purpose: of a conversation, and of a customer over all conversations. Nobody is asked twice.
CREATE TABLE consents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    customer_id text,  -- whom it binds in other conversations, too
    purpose text NOT NULL CHECK (purpose IN ('follow_up', 'survey', 'marketing')),
    channel text NOT NULL,  -- in which it was asked, and then: in which it was given
    wording text NOT NULL,  -- word for word; empty for an objection that nobody asked for
    version text NOT NULL,
    seq bigint,  -- of the event that asked
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    given boolean,  -- null until it is answered
    decided_at timestamptz,
    withdrawn_at timestamptz,
    UNIQUE (conversation_id, purpose),
    CHECK ((given IS NULL) = (decided_at IS NULL)),
    CHECK (withdrawn_at IS NULL OR given),
    CHECK (given IS NOT TRUE OR wording <> '')
);
CREATE UNIQUE INDEX consents_of_customer ON consents (customer_id, purpose) WHERE customer_id IS NOT NULL;
CREATE INDEX consents_given ON consents (purpose, id) WHERE given AND withdrawn_at IS NULL;

ALTER TABLE events DROP CONSTRAINT events_type_check;
ALTER TABLE events ADD CONSTRAINT events_type_check
    CHECK (type IN ('message', 'handoff', 'survey', 'status', 'consent')) NOT VALID;

CREATE TABLE follow_ups (
    handoff_id bigint PRIMARY KEY REFERENCES handoffs ON DELETE CASCADE,  -- the complaint
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'sent', 'dropped')),
    finished_at timestamptz
);
CREATE INDEX follow_ups_due ON follow_ups (due_at) WHERE state = 'planned';
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE follow_ups, consents")
    op.execute("DELETE FROM events WHERE type = 'consent'")
    op.execute("ALTER TABLE events DROP CONSTRAINT events_type_check")
    op.execute(
        "ALTER TABLE events ADD CONSTRAINT events_type_check CHECK (type IN ('message', 'handoff', 'survey', 'status'))"
    )
