from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from api.conversations.models import Event
from api.insight.questions.models import Asked, Gap, GapMeaning, Place, Reason, Settled, Suggestion
from common.database import Connection, Statement, fetch_all, fetch_one

SORTING_LOCK = 0x1A5167  # any number that nobody else uses
EXAMPLES = 5
RECENT = "180 days"  # older questions say nothing about what is missing now
# A gap that was settled counts what was asked since: the phrasing may not have helped.
OPEN = "(gaps.settled IS NULL OR gaps.settled <> 'dismissed' AND fates.asked_at > gaps.settled_at)"
SHOWN = {"open": OPEN, "settled": "gaps.settled <> 'dismissed'", "dismissed": "gaps.settled = 'dismissed'"}


def insert_question(
    conversation_id: UUID,
    seq: int,
    *,
    text: str,
    language: str,
    outcome: str,
    candidates: list[dict[str, Any]],
) -> Statement:
    """`seq` is the number of the customer's message, which may be recorded already."""
    return (
        """
        INSERT INTO questions (conversation_id, seq, text, language, outcome, candidates)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (conversation_id, seq) DO UPDATE SET outcome = excluded.outcome
        """,
        (conversation_id, seq, text, language, outcome, Jsonb(candidates)),
    )


async def choose(connection: Connection, conversation_id: UUID, entry: str) -> int | None:
    """The last question gets its choice, if it was asked back about; None where it was not, or has one.

    An entry that was not offered then was reached by another button, such as a related question below an answer.
    """
    row = await fetch_one(
        connection,
        """
        UPDATE questions SET chosen = %s WHERE conversation_id = %s AND chosen IS NULL AND outcome = 'clarified'
        AND seq = (SELECT max(seq) FROM questions WHERE conversation_id = %s)
        AND (%s = '' OR candidates @> jsonb_build_array(jsonb_build_object('entry', %s::text))) RETURNING seq
        """,
        entry,
        conversation_id,
        conversation_id,
        entry,
        entry,
    )
    return row["seq"] if row else None


def insert_shown(event: Event, entry: str, version: int, *, question_seq: int | None) -> Statement:
    return (
        "INSERT INTO shown_answers (conversation_id, seq, entry, version, question_seq) VALUES (%s, %s, %s, %s, %s)",
        (event.conversation_id, event.seq, entry, version, question_seq),
    )


async def try_sorting(connection: Connection) -> bool:
    """False while another process sorts. Ours until the transaction ends."""
    row = await fetch_one(connection, "SELECT pg_try_advisory_xact_lock(%s) AS mine", SORTING_LOCK)
    return bool(row and row["mine"])


async def unsorted(connection: Connection, limit: int) -> list[Asked]:
    rows = await fetch_all(
        connection,
        "SELECT conversation_id, seq, text, language FROM question_fates AS fates "  # noqa: S608 - constants only
        f"WHERE gap_id IS NULL AND reasons <> '{{}}' AND asked_at > now() - interval '{RECENT}' "
        "ORDER BY asked_at, conversation_id, seq LIMIT %s",
        limit,
    )
    return [Asked(**row) for row in rows]


async def count_unsorted(connection: Connection) -> int:
    row = await fetch_one(
        connection,
        "SELECT count(*) AS number FROM question_fates "  # noqa: S608 - constants only
        f"WHERE gap_id IS NULL AND reasons <> '{{}}' AND asked_at > now() - interval '{RECENT}'",
    )
    return int(row["number"]) if row else 0


async def meanings(
    connection: Connection, model: str, language: str, among: list[int] | None = None
) -> list[GapMeaning]:
    """`among`: of these gaps only."""
    rows = await fetch_all(
        connection,
        "SELECT id, language, model, vectors FROM gaps WHERE model = %s AND language = %s "
        "AND (%s::bigint[] IS NULL OR id = ANY(%s)) ORDER BY id",
        model,
        language,
        among,
        among,
    )
    return [GapMeaning(**row) for row in rows]


async def of_other_models(connection: Connection, model: str, limit: int) -> list[int]:
    rows = await fetch_all(connection, "SELECT id FROM gaps WHERE model <> %s ORDER BY id LIMIT %s", model, limit)
    return [row["id"] for row in rows]


async def texts_of(connection: Connection, gap_id: int, limit: int) -> list[str]:
    rows = await fetch_all(
        connection, "SELECT text FROM questions WHERE gap_id = %s ORDER BY asked_at DESC, seq LIMIT %s", gap_id, limit
    )
    return [row["text"] for row in rows]


async def insert_gap(connection: Connection, language: str, model: str, vectors: bytes) -> int:
    row = await fetch_one(
        connection,
        "INSERT INTO gaps (language, model, vectors) VALUES (%s, %s, %s) RETURNING id",
        language,
        model,
        vectors,
    )
    assert row is not None
    return int(row["id"])


async def set_meaning(connection: Connection, gap_id: int, model: str, vectors: bytes) -> None:
    await connection.execute("UPDATE gaps SET model = %s, vectors = %s WHERE id = %s", (model, vectors, gap_id))


async def delete_gap(connection: Connection, gap_id: int) -> None:
    await connection.execute("DELETE FROM gaps WHERE id = %s", (gap_id,))


async def put_into(connection: Connection, question: Asked, gap_id: int) -> None:
    await connection.execute(
        "UPDATE questions SET gap_id = %s WHERE conversation_id = %s AND seq = %s",
        (gap_id, question.conversation_id, question.seq),
    )


async def gaps(connection: Connection, which: str, limit: int, gap_id: int | None = None) -> list[Gap]:
    """`which`: open, settled or dismissed. The most asked first."""
    rows = await fetch_all(
        connection,
        f"""
        SELECT gaps.id, gaps.language, gaps.settled, gaps.settled_at, gaps.settled_by, gaps.entry,
            count(*) AS questions, count(DISTINCT fates.conversation_id) AS conversations,
            min(fates.asked_at) AS first_at, max(fates.asked_at) AS last_at,
            jsonb_agg(fates.text ORDER BY fates.asked_at DESC) AS texts,
            jsonb_agg(fates.reasons) AS reasons,
            jsonb_agg(fates.candidates) AS candidates,
            jsonb_agg(jsonb_build_array(fates.conversation_id, fates.seq, fates.asked_at)
                      ORDER BY fates.asked_at DESC) AS places
        FROM gaps JOIN question_fates AS fates ON fates.gap_id = gaps.id
        WHERE fates.reasons <> '{{}}' AND {SHOWN[which]} AND fates.asked_at > now() - interval '{RECENT}'
            AND (%s::bigint IS NULL OR gaps.id = %s)
        GROUP BY gaps.id ORDER BY questions DESC, last_at DESC, gaps.id LIMIT %s
        """,  # noqa: S608 - constants only
        gap_id,
        gap_id,
        limit,
    )
    return [_gap(row) for row in rows]


async def settle(connection: Connection, gap_id: int, how: Settled | None, *, by: str, entry: str | None) -> bool:
    """`how` None opens it again. False where there is no such gap."""
    rows = await fetch_all(
        connection,
        "UPDATE gaps SET settled = %s, settled_at = CASE WHEN %s THEN NULL ELSE now() END, settled_by = %s, entry = %s "
        "WHERE id = %s RETURNING id",
        how,
        how is None,
        by,
        entry,
        gap_id,
    )
    return bool(rows)


async def suggestions(connection: Connection, limit: int, entry: str | None = None) -> list[Suggestion]:
    """What was chosen (or `entry` was chosen for) and not found unhelpful, the most frequent first."""
    rows = await fetch_all(
        connection,
        """
        SELECT chosen AS entry, min(text) AS text, count(*) AS times, max(asked_at) AS last_at FROM question_fates
        WHERE chosen <> '' AND suggestion_settled_at IS NULL AND thumb IS DISTINCT FROM 0
            AND (%s::text IS NULL OR chosen = %s)
        GROUP BY chosen, lower(text) ORDER BY times DESC, last_at DESC, text LIMIT %s
        """,
        entry,
        entry,
        limit,
    )
    return [Suggestion(**row) for row in rows]


async def settle_suggestion(connection: Connection, entry: str, text: str, *, by: str) -> None:
    await connection.execute(
        "UPDATE questions SET suggestion_settled_at = now(), suggestion_settled_by = %s "
        "WHERE chosen = %s AND lower(text) = lower(%s) AND suggestion_settled_at IS NULL",
        (by, entry, text),
    )


async def asked_in(connection: Connection, conversation_id: UUID) -> bool:
    """Whether the conversation holds a question for the FAQ."""
    row = await fetch_one(connection, "SELECT FROM questions WHERE conversation_id = %s LIMIT 1", conversation_id)
    return row is not None


def _gap(row: dict[str, Any]) -> Gap:
    texts: dict[str, tuple[str, int]] = {}
    for text in row.pop("texts"):
        first, times = texts.get(text.lower(), (text, 0))
        texts[text.lower()] = (first, times + 1)
    reasons: dict[Reason, int] = {}
    for reason in (each for some in row.pop("reasons") for each in some):
        reasons[Reason(reason)] = reasons.get(Reason(reason), 0) + 1
    near: dict[str, float] = {}
    for candidate in (each for some in row.pop("candidates") for each in some):
        near[candidate["entry"]] = near.get(candidate["entry"], 0.0) + candidate["probability"]
    places = {place[0]: place for place in reversed(row.pop("places"))}  # the latest of each conversation
    return Gap(
        texts=sorted(texts.values(), key=lambda each: -each[1])[:EXAMPLES],
        reasons=dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
        near=sorted(near, key=lambda entry: (-near[entry], entry))[:3],
        places=sorted((_place(*place) for place in places.values()), key=lambda place: place.asked_at, reverse=True)[
            :EXAMPLES
        ],
        **{**row, "settled": Settled(row["settled"]) if row["settled"] else None},
    )


def _place(conversation_id: str, seq: int, asked_at: str) -> Place:
    return Place(UUID(conversation_id), seq, datetime.fromisoformat(asked_at))
