"""What has to leave for channels that can't come and read, and how fast each channel may be written to."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE outbox (
    id uuid PRIMARY KEY,  -- made from event, channel and address: what receivers see as idempotency key
    position bigint GENERATED ALWAYS AS IDENTITY,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,  -- emptied when delivered
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    leased_by text,
    leased_until timestamptz,
    problem text,  -- why the last attempt did not deliver
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    FOREIGN KEY (conversation_id, seq) REFERENCES events ON DELETE CASCADE,
    CHECK ((state = 'pending') = (finished_at IS NULL))
);
CREATE INDEX outbox_pending ON outbox (channel, conversation_id, position) WHERE state = 'pending';
CREATE INDEX outbox_dead ON outbox (finished_at DESC) WHERE state = 'dead';
CREATE INDEX outbox_of_event ON outbox (conversation_id, seq);

-- No message leaves by a channel before `free_at`: its rate, and what the receiver asked for with Retry-After.
CREATE TABLE outbox_channels (
    channel text PRIMARY KEY,
    free_at timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE outbox, outbox_channels")
