"""Which entry an entry says the same as, in another language."""

from alembic import op

revision = "0013"
down_revision = "0012"

# No reference: versions are history, and outlive the entry that they named.
UP = "ALTER TABLE versions ADD COLUMN translates text;"

DOWN = "ALTER TABLE versions DROP COLUMN translates;"


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
