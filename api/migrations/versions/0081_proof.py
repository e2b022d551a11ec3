"""How it was proved who the customer is; an address of a channel is a weaker proof than a log-in or a code."""

from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE conversations ADD COLUMN proof text CHECK (proof IN ('login', 'code', 'channel'));
UPDATE conversations SET proof = CASE auth_level WHEN 'customer' THEN 'login' ELSE 'code' END
    WHERE auth_level <> 'anonymous';
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("ALTER TABLE conversations DROP COLUMN proof")
