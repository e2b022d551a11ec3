"""Since when and until when it is known who a customer is; codes are counted by order, too."""

from alembic import op

revision = "0061"
down_revision = "0032"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE conversations
    ADD COLUMN identified_at timestamptz,  -- the last proof
    ADD COLUMN identified_until timestamptz;  -- past: whoever writes now has to prove it again
UPDATE conversations SET identified_at = updated_at, identified_until = updated_at + interval '2 hours'
    WHERE customer_id IS NOT NULL;

ALTER TABLE challenges ADD COLUMN order_hash text NOT NULL DEFAULT '';
CREATE INDEX challenges_of_order ON challenges (order_hash, created_at);
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("ALTER TABLE conversations DROP COLUMN identified_at, DROP COLUMN identified_until")
    op.execute("ALTER TABLE challenges DROP COLUMN order_hash")
