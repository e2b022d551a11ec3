from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg.rows import DictRow

from common.database import Connection, fetch_all, fetch_one

COLUMNS = (
    "id, conversation_id, order_number, email, state, verification_id, code_hash, attempts, sends, "
    "expires_at <= now() AS expired"
)
CHECKED_FOR = "1 hour"  # that long after its start a code is answered with "expired" instead of going to the assistant


@dataclass(frozen=True, slots=True)
class Challenge:
    id: UUID
    conversation_id: UUID
    order_number: str
    email: str
    state: str
    verification_id: str | None
    code_hash: bytes | None
    attempts: int
    sends: int
    expired: bool


def to_challenge(row: DictRow) -> Challenge:
    return Challenge(**row)


async def count_recent(
    connection: Connection, conversation_id: UUID, email_hash: str, order_hash: str, client: str
) -> DictRow:
    """Challenges of the last hour: `conversation`, `email`, `order`, `client`."""
    row = await fetch_one(
        connection,
        """
        SELECT count(*) FILTER (WHERE conversation_id = %s) AS conversation,
               count(*) FILTER (WHERE email_hash = %s) AS email,
               count(*) FILTER (WHERE order_hash = %s) AS "order",
               count(*) FILTER (WHERE client = %s) AS client
        FROM challenges WHERE created_at > now() - interval '1 hour'
            AND (conversation_id = %s OR email_hash = %s OR order_hash = %s OR client = %s)
        """,
        *(conversation_id, email_hash, order_hash, client) * 2,
    )
    assert row is not None
    return row


async def insert(
    connection: Connection,
    challenge_id: UUID,
    conversation_id: UUID,
    *,
    order_number: str,
    email: str,
    email_hash: str,
    order_hash: str,
    client: str,
    lifetime: timedelta,
) -> None:
    """The conversation's earlier challenges end here."""
    await end_all(connection, conversation_id)
    await connection.execute(
        "INSERT INTO challenges (id, conversation_id, order_number, email, email_hash, order_hash, client, expires_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, now() + %s)",
        (challenge_id, conversation_id, order_number, email, email_hash, order_hash, client, lifetime),
    )


async def end_all(connection: Connection, conversation_id: UUID) -> None:
    await connection.execute(
        "UPDATE challenges SET state = 'replaced', email = '', order_number = '' "
        "WHERE conversation_id = %s AND state IN ('requested', 'open', 'matched')",
        (conversation_id,),
    )


async def awaiting_code(connection: Connection, conversation_id: UUID) -> Challenge | None:
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM challenges WHERE conversation_id = %s AND state IN ('requested', 'open') "  # noqa: S608 - constants only
        f"AND created_at > now() - interval '{CHECKED_FOR}' ORDER BY created_at DESC LIMIT 1",
        conversation_id,
    )
    return to_challenge(row) if row else None


async def get(connection: Connection, challenge_id: UUID) -> Challenge | None:
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM challenges WHERE id = %s",  # noqa: S608 - constants only
        challenge_id,
    )
    return to_challenge(row) if row else None


async def count_attempt(connection: Connection, challenge_id: UUID) -> None:
    await connection.execute("UPDATE challenges SET attempts = attempts + 1 WHERE id = %s", (challenge_id,))


async def set_state(connection: Connection, challenge_id: UUID, state: str) -> None:
    await connection.execute("UPDATE challenges SET state = %s WHERE id = %s", (state, challenge_id))


async def claim_to_send(connection: Connection, *, lease: float, limit: int) -> list[Challenge]:
    """What has to be sent now; it comes back after `lease` seconds unless `sent` or `send_again` is called."""
    rows = await fetch_all(
        connection,
        f"""
        UPDATE challenges SET sends = sends + 1, next_send_at = now() + make_interval(secs => %s)
        WHERE id IN (SELECT id FROM challenges WHERE state = 'requested' AND next_send_at <= now()
                     ORDER BY next_send_at LIMIT %s FOR UPDATE SKIP LOCKED)
        RETURNING {COLUMNS}
        """,  # noqa: S608 - constants only
        lease,
        limit,
    )
    return [to_challenge(row) for row in rows]


async def send_again(connection: Connection, challenge_id: UUID, *, seconds: float) -> None:
    await connection.execute(
        "UPDATE challenges SET next_send_at = now() + make_interval(secs => %s) WHERE id = %s AND state = 'requested'",
        (seconds, challenge_id),
    )


async def set_code(connection: Connection, challenge_id: UUID, *, verification_id: str, code_hash: bytes) -> bool:
    """False where the challenge no longer waits for a code."""
    changed = await connection.execute(
        "UPDATE challenges SET verification_id = %s, code_hash = %s WHERE id = %s AND state = 'requested'",
        (verification_id, code_hash, challenge_id),
    )
    return changed.rowcount == 1


async def sent(connection: Connection, challenge_id: UUID) -> None:
    """Nothing is left to send: forget the address."""
    await connection.execute(
        "UPDATE challenges SET state = 'open', email = '', order_number = '' WHERE id = %s AND state = 'requested'",
        (challenge_id,),
    )
