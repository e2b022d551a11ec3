"""How it is known in which language a conversation goes on."""

from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE conversations ADD COLUMN locale_by text NOT NULL DEFAULT 'page'
    CHECK (locale_by IN ('page', 'detected', 'chosen'));
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("ALTER TABLE conversations DROP COLUMN locale_by")
