from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from api.assistant.models import Accepted, Outcome, Turn, TurnKind
from common.database import Connection, fetch_all, fetch_one


def to_turn(row: DictRow) -> Turn:
    return Turn(**row)


async def find_accepted(
    connection: Connection, conversation_id: UUID, idempotency_key: str
) -> tuple[Accepted, bytes] | None:
    """With the fingerprint of the body that came with the key."""
    row = await fetch_one(
        connection,
        "SELECT id, seq, fingerprint FROM messages WHERE conversation_id = %s AND idempotency_key = %s",
        conversation_id,
        idempotency_key,
    )
    return (Accepted(row["id"], row["seq"]), bytes(row["fingerprint"])) if row else None


async def insert_message(
    connection: Connection,
    conversation_id: UUID,
    accepted: Accepted,
    *,
    idempotency_key: str,
    fingerprint: bytes,
) -> None:
    await connection.execute(
        "INSERT INTO messages (id, conversation_id, idempotency_key, fingerprint, seq) VALUES (%s, %s, %s, %s, %s)",
        (accepted.message_id, conversation_id, idempotency_key, fingerprint, accepted.seq),
    )


async def insert_turn(
    connection: Connection,
    conversation_id: UUID,
    accepted: Accepted,
    *,
    kind: TurnKind,
    content: str,
    client: str,
    owner: str,
    lease: float,
) -> Turn | None:
    """Queue the turn. It is `owner`'s at once and returned, unless the conversation has an earlier one open."""
    cursor = await connection.execute(
        """
        WITH open AS (SELECT count(*) AS turns FROM turns WHERE conversation_id = %(conversation)s
                      AND finished_at IS NULL)
        INSERT INTO turns (message_id, conversation_id, seq, kind, content, client, attempts, leased_by, leased_until)
        SELECT %(message)s, %(conversation)s, %(seq)s, %(kind)s, %(content)s, %(client)s,
               CASE WHEN turns = 0 THEN 1 ELSE 0 END,
               CASE WHEN turns = 0 THEN %(owner)s END,
               CASE WHEN turns = 0 THEN clock_timestamp() + make_interval(secs => %(lease)s) END
        FROM open
        RETURNING message_id, conversation_id, kind, content, client, attempts
        """,
        {
            "conversation": conversation_id,
            "message": accepted.message_id,
            "seq": accepted.seq,
            "kind": kind,
            "content": content,
            "client": client,
            "owner": owner,
            "lease": lease,
        },
    )
    row = await cursor.fetchone()
    assert row is not None
    turn = to_turn(row)
    return turn if turn.attempts else None


async def claim_next(connection: Connection, conversation_id: UUID, *, owner: str, lease: float) -> Turn | None:
    """The oldest open turn, unless another process's lease on it still runs. The conversation must be locked."""
    cursor = await connection.execute(
        """
        UPDATE turns SET leased_by = %(owner)s, attempts = attempts + 1,
            leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
        WHERE message_id = (
                SELECT message_id FROM turns WHERE conversation_id = %(conversation)s AND finished_at IS NULL
                ORDER BY seq LIMIT 1)
            AND (leased_until IS NULL OR leased_until < clock_timestamp() OR leased_by = %(owner)s)
        RETURNING message_id, conversation_id, kind, content, client, attempts
        """,
        {"owner": owner, "lease": lease, "conversation": conversation_id},
    )
    row = await cursor.fetchone()
    return to_turn(row) if row else None


async def finish(connection: Connection, message_id: UUID, *, owner: str, attempts: int, outcome: Outcome) -> bool:
    """False when another process has taken the turn up since."""
    row = await fetch_one(
        connection,
        "UPDATE turns SET finished_at = clock_timestamp(), outcome = %s, leased_until = NULL "
        "WHERE message_id = %s AND leased_by = %s AND attempts = %s AND finished_at IS NULL RETURNING message_id",
        outcome,
        message_id,
        owner,
        attempts,
    )
    return row is not None


async def renew(connection: Connection, message_ids: list[UUID], *, owner: str, lease: float) -> None:
    await connection.execute(
        "UPDATE turns SET leased_until = clock_timestamp() + make_interval(secs => %s) "
        "WHERE message_id = ANY(%s) AND leased_by = %s AND finished_at IS NULL",
        (lease, message_ids, owner),
    )


async def release(connection: Connection, *, owner: str) -> None:
    """Let others take up at once what this process will not finish."""
    await connection.execute(
        "UPDATE turns SET leased_until = NULL WHERE leased_by = %s AND finished_at IS NULL", (owner,)
    )


async def abandoned(connection: Connection, *, limit: int = 100) -> list[UUID]:
    """Conversations whose oldest open turn nobody is at."""
    rows: list[dict[str, Any]] = await fetch_all(
        connection,
        """
        SELECT conversation_id FROM (
            SELECT DISTINCT ON (conversation_id) conversation_id, leased_until FROM turns
            WHERE finished_at IS NULL ORDER BY conversation_id, seq
        ) AS oldest
        WHERE leased_until IS NULL OR leased_until < clock_timestamp() LIMIT %s
        """,
        limit,
    )
    return [row["conversation_id"] for row in rows]
