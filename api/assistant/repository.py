from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from api.assistant.models import Accepted, Found, Outcome, Turn, TurnKind, Waiting
from api.assistant.text import MAX_TEXT
from common.database import Connection, Statement, fetch_all, fetch_one

ANSWERS: frozenset[Outcome] = frozenset({"answered", "silent"})
TOGETHER = 20  # messages that one turn answers at most


def to_turn(rows: list[DictRow]) -> Turn | None:
    """`rows`: the turn's messages."""
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: row["seq"])
    last = rows[-1]
    return Turn(
        message_id=last["message_id"],
        conversation_id=last["conversation_id"],
        seq=last["seq"],
        kind=last["kind"],
        content="\n".join(row["content"] for row in rows),
        client=last["client"],
        attempts=last["attempts"],
        messages=tuple(row["message_id"] for row in rows),
    )


def find_accepted(conversation_id: UUID, idempotency_key: str) -> Statement:
    """Its rows are for `to_accepted`."""
    return (
        "SELECT id, seq, fingerprint FROM messages WHERE conversation_id = %s AND idempotency_key = %s",
        (conversation_id, idempotency_key),
    )


def to_accepted(rows: list[DictRow]) -> tuple[Accepted, bytes] | None:
    """With the fingerprint of the body that came with the key."""
    return (Accepted(rows[0]["id"], rows[0]["seq"]), bytes(rows[0]["fingerprint"])) if rows else None


def insert_message(conversation_id: UUID, accepted: Accepted, *, idempotency_key: str, fingerprint: bytes) -> Statement:
    return (
        "INSERT INTO messages (id, conversation_id, idempotency_key, fingerprint, seq) VALUES (%s, %s, %s, %s, %s)",
        (accepted.message_id, conversation_id, idempotency_key, fingerprint, accepted.seq),
    )


def insert_turn(
    conversation_id: UUID,
    accepted: Accepted,
    *,
    kind: TurnKind,
    content: str,
    client: str,
    owner: str,
    lease: float,
    collect: float,
) -> Statement:
    """Queue the turn. It is `owner`'s at once, unless an earlier one is open or more is waited for: see `to_own_turn`.

    `collect`: seconds in which what else comes is answered together with it.
    """
    return (
        """
        WITH now AS (SELECT %s = 0 AND NOT EXISTS (
            SELECT FROM turns WHERE conversation_id = %s AND finished_at IS NULL) AS alone)
        INSERT INTO turns (message_id, conversation_id, seq, kind, content, client, due_at,
                           attempts, batch, leased_by, leased_until)
        SELECT %s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s),
               CASE WHEN alone THEN 1 ELSE 0 END,
               CASE WHEN alone THEN %s END,
               CASE WHEN alone THEN %s END,
               CASE WHEN alone THEN clock_timestamp() + make_interval(secs => %s) END
        FROM now
        RETURNING message_id, conversation_id, seq, kind, content, client, attempts
        """,
        (
            *(collect, conversation_id),
            *(accepted.message_id, conversation_id, accepted.seq, kind, content, client, collect),
            *(accepted.message_id, owner, lease),
        ),
    )


def to_own_turn(rows: list[DictRow], found: Found | None) -> Turn | None:
    """Of a turn that was queued: the turn, if it is its owner's already."""
    turn = to_turn(rows)
    return replace(turn, found=found) if turn and turn.attempts else None


async def claim_next(connection: Connection, conversation_id: UUID, *, owner: str, lease: float) -> Turn | None:
    """The oldest open turn, unless it is not due yet or another process's lease on it still runs.

    Texts that wait one behind the other become one turn when it is taken up for the first time, as long as they fit
    into one; whatever joins the queue later is not added to it. The conversation must be locked.
    """
    cursor = await connection.execute(
        """
        WITH open AS (
            SELECT message_id, seq, batch, due_at, leased_until, leased_by,
                   row_number() OVER queue AS number,
                   count(*) FILTER (WHERE kind <> 'text') OVER queue AS others,
                   sum(length(content) + 1) OVER queue - 1 AS characters
            FROM turns WHERE conversation_id = %(conversation)s AND finished_at IS NULL
            WINDOW queue AS (ORDER BY seq)
        ), oldest AS (
            SELECT * FROM open WHERE number = 1 AND due_at <= clock_timestamp()
            AND (leased_until IS NULL OR leased_until < clock_timestamp() OR leased_by = %(owner)s)
        ), chosen AS (
            SELECT open.message_id, open.seq FROM open, oldest
            WHERE open.number = 1 OR open.batch = oldest.batch
            OR (oldest.batch IS NULL AND open.others = 0 AND open.number <= %(together)s
                AND open.characters <= %(characters)s)
        )
        UPDATE turns SET leased_by = %(owner)s, attempts = attempts + 1,
            batch = (SELECT message_id FROM chosen ORDER BY seq DESC LIMIT 1),
            leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
        WHERE message_id IN (SELECT message_id FROM chosen)
        RETURNING message_id, conversation_id, seq, kind, content, client, attempts
        """,
        {
            "owner": owner,
            "lease": lease,
            "conversation": conversation_id,
            "together": TOGETHER,
            "characters": MAX_TEXT,
        },
    )
    return to_turn(await cursor.fetchall())


def finish(turn: Turn, *, owner: str, outcome: Outcome) -> Statement:
    """With `outcome` if the conversation is still the bot's, which must be locked; dropped otherwise.

    One row: whether it is `finished`, which it is not when another process has taken it up since, and whether
    something else of the conversation is `waiting` to be answered. Where that other process's lease has ended as well,
    an answer is stored all the same: it is the one that Rasa would be asked for again.
    """
    return (
        """
        WITH finished AS (
            UPDATE turns SET finished_at = clock_timestamp(), leased_until = NULL, outcome = CASE
                WHEN (SELECT state FROM conversations WHERE id = conversation_id) = 'bot' THEN %s ELSE 'dropped' END
            WHERE batch = %s AND finished_at IS NULL AND (leased_by = %s AND attempts = %s
                OR %s AND (leased_until IS NULL OR leased_until < clock_timestamp()))
            RETURNING message_id
        )
        SELECT EXISTS (SELECT FROM finished) AS finished, EXISTS (
            SELECT FROM turns WHERE conversation_id = %s AND finished_at IS NULL
            AND message_id NOT IN (SELECT message_id FROM finished)) AS waiting
        """,
        (outcome, turn.message_id, owner, turn.attempts, outcome in ANSWERS, turn.conversation_id),
    )


async def renew(connection: Connection, turn_ids: list[UUID], *, owner: str, lease: float) -> None:
    await connection.execute(
        "UPDATE turns SET leased_until = clock_timestamp() + make_interval(secs => %s) "
        "WHERE batch = ANY(%s) AND leased_by = %s AND finished_at IS NULL",
        (lease, turn_ids, owner),
    )


async def release(connection: Connection, *, owner: str) -> None:
    """Let others take up at once what this process will not finish."""
    await connection.execute(
        "UPDATE turns SET leased_until = NULL WHERE leased_by = %s AND finished_at IS NULL", (owner,)
    )


async def abandoned(connection: Connection, *, limit: int) -> list[UUID]:
    """Conversations whose oldest open turn nobody is at."""
    rows: list[dict[str, Any]] = await fetch_all(
        connection,
        """
        SELECT conversation_id FROM (
            SELECT DISTINCT ON (conversation_id) conversation_id, leased_until, due_at FROM turns
            WHERE finished_at IS NULL ORDER BY conversation_id, seq
        ) AS oldest
        WHERE due_at <= clock_timestamp() AND (leased_until IS NULL OR leased_until < clock_timestamp())
        ORDER BY due_at LIMIT %s
        """,
        limit,
    )
    return [row["conversation_id"] for row in rows]


async def waiting(connection: Connection) -> Waiting:
    row = await fetch_one(
        connection,
        "SELECT count(*) AS messages, coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0) AS oldest, "
        "extract(epoch FROM clock_timestamp()) AS now "
        "FROM turns WHERE finished_at IS NULL",
    )
    assert row is not None
    return Waiting(row["messages"], max(0.0, float(row["oldest"])), float(row["now"]))
