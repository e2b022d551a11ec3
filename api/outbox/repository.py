from uuid import UUID

from api.outbox.models import Backlog, Claimed, DeadLetter
from api.outbox.ports import OutboundMessage
from common.database import Connection, fetch_all, fetch_one


async def insert(
    connection: Connection, row_id: UUID, *, conversation_id: UUID, seq: int, channel: str, address: str
) -> None:
    await connection.execute(
        "INSERT INTO outbox (id, conversation_id, seq, channel, address) VALUES (%s, %s, %s, %s, %s) "
        "ON CONFLICT (id) DO NOTHING",
        (row_id, conversation_id, seq, channel, address),
    )


async def add_channel(connection: Connection, channel: str) -> None:
    await connection.execute("INSERT INTO outbox_channels (channel) VALUES (%s) ON CONFLICT DO NOTHING", (channel,))


async def channel_is_free(connection: Connection, channel: str) -> bool:
    """Locks the channel: processes claim one after the other."""
    row = await fetch_one(
        connection,
        "SELECT free_at <= clock_timestamp() AS free FROM outbox_channels WHERE channel = %s FOR UPDATE",
        channel,
    )
    return bool(row and row["free"])


async def occupy_channel(connection: Connection, channel: str, seconds: float) -> None:
    await connection.execute(
        "UPDATE outbox_channels SET free_at = greatest(free_at, clock_timestamp() + make_interval(secs => %s)) "
        "WHERE channel = %s",
        (seconds, channel),
    )


async def claim(connection: Connection, channel: str, *, owner: str, lease: float) -> Claimed | None:
    """The oldest message that is due. What is pending before it in the same conversation goes first."""
    row = await fetch_one(
        connection,
        """
        WITH due AS (
            SELECT id FROM outbox AS this
            WHERE channel = %s AND state = 'pending' AND due_at <= clock_timestamp()
                AND (leased_until IS NULL OR leased_until < clock_timestamp())
                AND NOT EXISTS (
                    SELECT FROM outbox AS earlier WHERE earlier.state = 'pending' AND earlier.channel = this.channel
                    AND earlier.conversation_id = this.conversation_id AND earlier.position < this.position)
            ORDER BY position LIMIT 1
        ), claimed AS (
            UPDATE outbox SET attempts = attempts + 1, leased_by = %s,
                leased_until = clock_timestamp() + make_interval(secs => %s)
            FROM due WHERE outbox.id = due.id
            RETURNING outbox.id, outbox.attempts, outbox.conversation_id, outbox.seq, outbox.address, outbox.problem
        )
        SELECT claimed.*, coalesce(events.body ->> 'text', '') AS text FROM claimed
        JOIN events ON events.conversation_id = claimed.conversation_id AND events.seq = claimed.seq
        """,
        channel,
        owner,
        lease,
    )
    if row is None:
        return None
    repeated = row["attempts"] > 1 or row["problem"] is not None  # a dead letter that is sent again counts anew
    message = OutboundMessage(row["conversation_id"], row["seq"], row["address"], row["text"], repeated)
    return Claimed(row["id"], row["attempts"], message)


async def finish(
    connection: Connection, claimed: Claimed, *, owner: str, state: str, problem: str | None = None
) -> bool:
    """False when another process has taken it up since. What was delivered forgets its address."""
    row = await fetch_one(
        connection,
        "UPDATE outbox SET state = %s, problem = %s, finished_at = clock_timestamp(), leased_until = NULL, "
        "address = CASE WHEN %s = 'delivered' THEN '' ELSE address END "
        "WHERE id = %s AND leased_by = %s AND attempts = %s AND state = 'pending' RETURNING id",
        *(state, problem, state, claimed.id, owner, claimed.attempts),
    )
    return row is not None


async def postpone(connection: Connection, claimed: Claimed, *, owner: str, seconds: float, problem: str) -> bool:
    row = await fetch_one(
        connection,
        "UPDATE outbox SET problem = %s, leased_until = NULL, "
        "due_at = clock_timestamp() + make_interval(secs => %s) "
        "WHERE id = %s AND leased_by = %s AND attempts = %s AND state = 'pending' RETURNING id",
        *(problem, seconds, claimed.id, owner, claimed.attempts),
    )
    return row is not None


async def pending(connection: Connection, conversation_id: UUID, channel: str) -> bool:
    row = await fetch_one(
        connection,
        "SELECT EXISTS (SELECT FROM outbox WHERE conversation_id = %s AND channel = %s AND state = 'pending') AS found",
        conversation_id,
        channel,
    )
    return bool(row and row["found"])


async def dead(connection: Connection, *, limit: int) -> list[DeadLetter]:
    rows = await fetch_all(
        connection,
        "SELECT id, conversation_id, seq, channel, address, attempts, problem, created_at, finished_at "
        "FROM outbox WHERE state = 'dead' ORDER BY finished_at DESC LIMIT %s",
        limit,
    )
    return [DeadLetter(**row) for row in rows]


async def revive(connection: Connection, row_id: UUID) -> bool:
    """False for what is not a dead letter."""
    row = await fetch_one(
        connection,
        "UPDATE outbox SET state = 'pending', attempts = 0, due_at = clock_timestamp(), finished_at = NULL, "
        "leased_until = NULL WHERE id = %s AND state = 'dead' RETURNING id",
        row_id,
    )
    return row is not None


async def revive_all(connection: Connection) -> int:
    cursor = await connection.execute(
        "UPDATE outbox SET state = 'pending', attempts = 0, due_at = clock_timestamp(), finished_at = NULL, "
        "leased_until = NULL WHERE state = 'dead'"
    )
    return cursor.rowcount


async def backlog(connection: Connection) -> list[Backlog]:
    rows = await fetch_all(
        connection,
        "SELECT channel, count(*) FILTER (WHERE state = 'pending') AS pending, "
        "count(*) FILTER (WHERE state = 'dead') AS dead FROM outbox_channels "
        "LEFT JOIN (SELECT channel, state FROM outbox WHERE state IN ('pending', 'dead')) AS open USING (channel) "
        "GROUP BY channel",
    )
    return [Backlog(**row) for row in rows]
