"""What else an entry says of itself: tags, when and for whom it is valid, what it is related to, what it may start."""

from alembic import op

revision = "0010"
down_revision = "0001"

UP = """
ALTER TABLE versions
    ADD COLUMN tags          text[] NOT NULL DEFAULT '{}',
    ADD COLUMN valid_from    date,                         -- first day; null: since ever
    ADD COLUMN valid_until   date,                         -- last day; null: for ever
    ADD COLUMN audience      text NOT NULL DEFAULT 'everyone' CHECK (audience IN ('everyone', 'signed_in', 'tier')),
    ADD COLUMN tiers         text[] NOT NULL DEFAULT '{}', -- names, where the audience is a tier
    ADD COLUMN related       text[] NOT NULL DEFAULT '{}', -- ids of entries
    ADD COLUMN button_title  text,
    ADD COLUMN button_skill  text,
    ADD CHECK (valid_from <= valid_until),
    ADD CHECK ((button_title IS NULL) = (button_skill IS NULL)),
    ADD CHECK ((audience = 'tier') = (cardinality(tiers) > 0));
"""

DOWN = """
ALTER TABLE versions DROP COLUMN tags, DROP COLUMN valid_from, DROP COLUMN valid_until, DROP COLUMN audience,
    DROP COLUMN tiers, DROP COLUMN related, DROP COLUMN button_title, DROP COLUMN button_skill;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
