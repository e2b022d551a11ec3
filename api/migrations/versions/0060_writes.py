"""What customers confirmed, from before it is sent until they know what became of it; and who changed what."""

from alembic import op

revision = "0060"
down_revision = "0050"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE writes (
    key text PRIMARY KEY,  -- the idempotency key at the shop
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    message_id uuid NOT NULL,  -- of the turn in which it was confirmed
    kind text NOT NULL,
    subject text NOT NULL,  -- id of what it changes
    content text NOT NULL,  -- the same for two requests that would have the same done
    request jsonb NOT NULL,
    facts text NOT NULL,  -- for a person who has to find out
    customer_id text NOT NULL,  -- who confirmed it, as whom it is repeated
    auth_level text NOT NULL CHECK (auth_level IN ('guest', 'customer')),
    verified_order_id text,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'refused', 'given_up')),
    result text,  -- number of what came of it, or the kind of refusal
    attempts integer NOT NULL DEFAULT 0,  -- to find out
    due_at timestamptz NOT NULL DEFAULT now(),
    leased_by text,
    leased_until timestamptz,
    confirmed_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE UNIQUE INDEX writes_underway ON writes (customer_id, kind, subject) WHERE state = 'open';
CREATE INDEX writes_to_settle ON writes (due_at) WHERE state = 'open';
CREATE INDEX writes_of_turn ON writes (message_id) WHERE state = 'open';
CREATE INDEX writes_of_customer ON writes (customer_id, content, settled_at);
CREATE INDEX writes_of_conversation ON writes (conversation_id);

-- Kept when the conversation goes. Never holds what anybody wrote.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL CHECK (actor IN ('customer', 'staff', 'system')),
    actor_id text,  -- the customer's id at the shop, or the name of the login
    action text NOT NULL,
    conversation_id uuid,
    subject text,
    outcome text NOT NULL,
    evidence jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_of_conversation ON audit (conversation_id, id) WHERE conversation_id IS NOT NULL;
CREATE INDEX audit_of_actor ON audit (actor, actor_id, id);
CREATE INDEX audit_of_action ON audit (action, id);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE writes, audit")
