"""The conversation log, accepted messages and their turns, guest verification."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    channel text NOT NULL,
    locale text NOT NULL,
    state text NOT NULL DEFAULT 'bot' CHECK (state IN ('bot', 'queued', 'assigned', 'resolved')),
    advisor_id text CHECK ((advisor_id IS NOT NULL) = (state = 'assigned')),
    customer_id text,
    customer_name text,
    first_name text,
    auth_level text NOT NULL DEFAULT 'anonymous' CHECK (auth_level IN ('anonymous', 'guest', 'customer')),
    verified_order_id text,  -- the one order that a guest proved to own
    token_hash bytea NOT NULL UNIQUE,
    token_expires_at timestamptz NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((auth_level = 'anonymous') = (customer_id IS NULL)),
    CHECK ((auth_level = 'guest') = (verified_order_id IS NOT NULL))
);
CREATE INDEX conversations_by_customer ON conversations (customer_id, created_at) WHERE customer_id IS NOT NULL;
CREATE INDEX conversations_waiting ON conversations (state, updated_at) WHERE state IN ('queued', 'assigned');

CREATE TABLE events (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    seq bigint NOT NULL CHECK (seq > 0),
    type text NOT NULL CHECK (type IN ('message', 'handoff', 'survey', 'status')),
    author text NOT NULL CHECK (author IN ('customer', 'bot', 'advisor', 'system')),
    body jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (conversation_id, seq)
);

-- What a customer sent and we acknowledged. `fingerprint` is a keyed hash of the request's body.
CREATE TABLE messages (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    idempotency_key text NOT NULL,
    fingerprint bytea NOT NULL,
    seq bigint NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (conversation_id, idempotency_key)
);

-- What the assistant still has to answer, oldest first in each conversation. A lease says which process is at it.
CREATE TABLE turns (
    message_id uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    seq bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('text', 'payload', 'code')),
    content text NOT NULL,  -- text, payload, or for a code the id of the challenge and the verdict
    client text NOT NULL,  -- keyed hash of the sender's address
    attempts integer NOT NULL DEFAULT 0,
    leased_by text,
    leased_until timestamptz,
    finished_at timestamptz,
    outcome text CHECK (outcome IN ('answered', 'silent', 'failed', 'dropped')),
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX turns_open ON turns (conversation_id, seq) WHERE finished_at IS NULL;

-- A guest's proof of owning an order. `email` and `order_number` are emptied once the code is on its way.
CREATE TABLE challenges (
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    order_number text NOT NULL,
    email text NOT NULL,
    email_hash text NOT NULL,
    client text NOT NULL,
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'open', 'matched', 'passed', 'replaced')),
    verification_id text,  -- of the backend; null while requested, or when the pair is unknown
    code_hash bytea,
    attempts integer NOT NULL DEFAULT 0,
    sends integer NOT NULL DEFAULT 0,
    next_send_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX challenges_of_conversation ON challenges (conversation_id, created_at);
CREATE INDEX challenges_of_email ON challenges (email_hash, created_at);
CREATE INDEX challenges_of_client ON challenges (client, created_at);
CREATE INDEX challenges_to_send ON challenges (next_send_at) WHERE state = 'requested';
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE challenges, turns, messages, events, conversations")
