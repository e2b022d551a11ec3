from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE handoffs (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
            reason text NOT NULL,
            skill text NOT NULL,
            summary text NOT NULL DEFAULT '',
            requested_at timestamptz NOT NULL DEFAULT now(),
            kept_at timestamptz,
            advisor_id uuid REFERENCES staff,
            claimed_at timestamptz,
            closed_at timestamptz,
            outcome text CHECK (outcome IN ('withdrawn', 'returned', 'resolved')),
            CHECK ((advisor_id IS NULL) = (claimed_at IS NULL)),
            CHECK ((closed_at IS NULL) = (outcome IS NULL))
        )
    """)
    op.execute("CREATE UNIQUE INDEX handoffs_open ON handoffs (conversation_id) WHERE closed_at IS NULL")
    op.execute("CREATE INDEX handoffs_of_conversation ON handoffs (conversation_id)")
    op.execute("CREATE INDEX handoffs_waiting ON handoffs (requested_at) WHERE closed_at IS NULL")
