"""What customers asked the FAQ, what became of it, and the gaps that it shows."""

from alembic import op

revision = "0031"
down_revision = "0060"
branch_labels = None
depends_on = None

STATEMENTS = """
-- Unanswered questions of one meaning.
CREATE TABLE gaps (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    language text NOT NULL,
    model text NOT NULL,  -- the encoder that the sum is of
    vectors bytea NOT NULL,  -- the sum of the questions' vectors, little-endian float32: its direction is the meaning
    settled text CHECK (settled IN ('phrasing', 'draft', 'dismissed')),  -- null: open
    settled_at timestamptz,
    settled_by text,
    entry text,  -- that it was settled with
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((settled IS NULL) = (settled_at IS NULL))
);
CREATE INDEX gaps_of_model ON gaps (model, language);

-- A question for the FAQ: `seq` and `text` are the customer's message, with what could name somebody masked.
CREATE TABLE questions (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    seq bigint NOT NULL,
    text text NOT NULL,
    language text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('answered', 'clarified', 'unknown', 'not_understood')),
    candidates jsonb NOT NULL,  -- [{entry, version, probability}], best first
    chosen text,  -- the entry that was chosen after a clarification; empty: none of them
    asked_at timestamptz NOT NULL DEFAULT now(),
    gap_id bigint REFERENCES gaps ON DELETE SET NULL,
    suggestion_settled_at timestamptz,  -- the curators took it as a phrasing of `chosen`, or did not want it
    suggestion_settled_by text,
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX questions_of_gap ON questions (gap_id) WHERE gap_id IS NOT NULL;
CREATE INDEX questions_asked ON questions (asked_at);
CREATE INDEX questions_chosen ON questions (chosen) WHERE chosen <> '' AND suggestion_settled_at IS NULL;

-- Every time that a customer read an entry; `question_seq` is the question that it answered, where it answered one.
CREATE TABLE shown_answers (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    seq bigint NOT NULL,
    entry text NOT NULL,
    version integer NOT NULL,
    question_seq bigint,
    shown_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation_id, seq)
);
CREATE INDEX shown_answers_of_entry ON shown_answers (entry, version);
CREATE INDEX shown_answers_at ON shown_answers (shown_at);

-- What became of each question. It led to a hand-off when it was the last one before, and the customer wrote at most
-- two messages after it; hand-offs for the shop's own reasons say nothing about the FAQ. No reason: it was answered.
CREATE VIEW question_fates AS
SELECT questions.*, thumb.score AS thumb, array_remove(ARRAY[
    CASE WHEN outcome IN ('unknown', 'not_understood') THEN outcome END,
    CASE WHEN outcome = 'clarified' AND (chosen = '' OR chosen IS NULL AND asked_at < now() - interval '10 minutes')
         THEN 'not_chosen' END,
    CASE WHEN thumb.score = 0 THEN 'not_helpful' END,
    CASE WHEN EXISTS (
        SELECT FROM handoffs
        WHERE handoffs.conversation_id = questions.conversation_id AND handoffs.requested_at >= questions.asked_at
        AND handoffs.reason IN ('customer_request', 'missing_knowledge', 'misunderstanding', 'unsupported_request')
        AND NOT EXISTS (SELECT FROM questions AS later WHERE later.conversation_id = questions.conversation_id
                        AND later.seq > questions.seq AND later.asked_at <= handoffs.requested_at)
        AND (SELECT count(*) FROM events WHERE events.conversation_id = questions.conversation_id
             AND events.seq > questions.seq AND type = 'message' AND author = 'customer'
             AND at <= handoffs.requested_at) <= 2
    ) THEN 'handed_off' END
], NULL) AS reasons
FROM questions LEFT JOIN LATERAL (
    SELECT min(feedback.score) AS score FROM shown_answers AS shown JOIN feedback
    ON feedback.conversation_id = shown.conversation_id AND feedback.kind = 'answer' AND feedback.ref = shown.seq
    WHERE shown.conversation_id = questions.conversation_id AND shown.question_seq = questions.seq
) AS thumb ON true;
"""


def upgrade() -> None:
    op.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP VIEW question_fates; DROP TABLE shown_answers, questions, gaps")
