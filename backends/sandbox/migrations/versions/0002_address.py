from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without one in orders that are older than this.
    op.execute("ALTER TABLE orders ADD COLUMN address jsonb")
