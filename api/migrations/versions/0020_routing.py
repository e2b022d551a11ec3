"""Who can serve whom, the order of the line, and where an answer goes when the customer does not wait for it."""

from alembic import op

revision = "0020"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE staff
    ADD COLUMN skills text[] NOT NULL DEFAULT '{orders,returns,refunds,loyalty,general}'
        CHECK (skills <@ ARRAY['orders', 'returns', 'refunds', 'loyalty', 'general']),
    ADD COLUMN languages text[] NOT NULL DEFAULT '{}',  -- none: any
    ADD COLUMN capacity integer NOT NULL DEFAULT 4 CHECK (capacity BETWEEN 0 AND 50),
    ADD COLUMN present_at timestamptz;  -- outlives the sessions, so that it is known since when somebody is away
UPDATE staff SET present_at = (SELECT max(present_at) FROM staff_sessions WHERE staff_id = staff.id);

ALTER TABLE handoffs
    ADD COLUMN rank_at timestamptz DEFAULT now(),  -- the request minus its head start: the order of the line
    ADD COLUMN known_to uuid REFERENCES staff,  -- who served this customer in this conversation before
    ADD COLUMN tier text,  -- as the shop says; empty: it was asked and knows none
    ADD COLUMN left_at timestamptz,  -- the advisor who had it disappeared
    ADD COLUMN told_position integer,
    ADD COLUMN awaits text CHECK (awaits IN ('email')),
    ADD COLUMN email text;  -- where the answer goes, beside the conversation
UPDATE handoffs SET rank_at = requested_at;
ALTER TABLE handoffs ALTER COLUMN rank_at SET NOT NULL;

DROP INDEX handoffs_waiting;
CREATE INDEX handoffs_in_line ON handoffs (rank_at, id) WHERE closed_at IS NULL AND advisor_id IS NULL;
CREATE INDEX handoffs_held ON handoffs (advisor_id) WHERE closed_at IS NULL AND advisor_id IS NOT NULL;
CREATE INDEX handoffs_handled ON handoffs (skill, closed_at) WHERE outcome IN ('returned', 'resolved');
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
