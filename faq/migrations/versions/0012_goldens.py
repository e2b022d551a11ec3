"""Golden questions: what customers must get, whatever is changed."""

from alembic import op

revision = "0012"
down_revision = "0011"

UP = """
CREATE TABLE goldens (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    text      text NOT NULL,
    expected  text REFERENCES entries ON DELETE CASCADE,   -- null: no entry answers it
    language  text,                                        -- null: that of nobody in particular
    author    text,
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX goldens_text ON goldens (lower(text), coalesce(language, ''));
"""

DOWN = "DROP TABLE goldens;"


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
