from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE return_lines ADD COLUMN note text NOT NULL DEFAULT ''")
