from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from api.conversations.models import AuthLevel
from api.writes.models import Confirmed, Identity, State
from backends.writes import content, from_json, to_json
from common.database import Connection, fetch_all, fetch_one

COLUMNS = (
    "key, conversation_id, message_id, request, facts, customer_id, auth_level, verified_order_id, confirmed_at, "
    "attempts"
)


def to_confirmed(row: DictRow) -> Confirmed:
    identity = Identity(row.pop("customer_id"), AuthLevel(row.pop("auth_level")), row.pop("verified_order_id"))
    return Confirmed(write=from_json(row.pop("request")), identity=identity, **row)


async def turn_is_open(connection: Connection, conversation_id: UUID, message_id: UUID) -> bool:
    row = await fetch_one(
        connection,
        "SELECT 1 AS found FROM turns WHERE batch = %s AND conversation_id = %s AND finished_at IS NULL LIMIT 1",
        message_id,
        conversation_id,
    )
    return row is not None


async def seq_of(connection: Connection, message_id: UUID) -> int | None:
    row = await fetch_one(connection, "SELECT seq FROM messages WHERE id = %s", message_id)
    return int(row["seq"]) if row else None


async def underway(connection: Connection, confirmed: Confirmed) -> bool:
    """Whether another one for the same thing is open."""
    row = await fetch_one(
        connection,
        "SELECT key FROM writes WHERE customer_id = %s AND kind = %s AND subject = %s AND state = 'open' AND key <> %s",
        *(confirmed.identity.customer_id, confirmed.write.kind, confirmed.write.subject, confirmed.key),
    )
    return row is not None


async def just_done(connection: Connection, confirmed: Confirmed, *, within: float) -> bool:
    """Whether the same was done, and told elsewhere: in another conversation, or later than the turn."""
    row = await fetch_one(
        connection,
        "SELECT key FROM writes WHERE customer_id = %s AND content = %s AND state = 'done'"
        " AND (conversation_id <> %s OR attempts > 0)"
        " AND settled_at > clock_timestamp() - make_interval(secs => %s) LIMIT 1",
        *(confirmed.identity.customer_id, content(confirmed.write), confirmed.conversation_id, within),
    )
    return row is not None


async def insert(connection: Connection, confirmed: Confirmed) -> bool:
    """False if this key is open already. A key that was settled is opened anew: the shop knows whether it was done."""
    row = await fetch_one(
        connection,
        """
        INSERT INTO writes (key, conversation_id, message_id, kind, subject, content, request, facts,
                            customer_id, auth_level, verified_order_id)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (key) DO UPDATE SET message_id = excluded.message_id, state = 'open', result = NULL,
            settled_at = NULL, attempts = 0, due_at = now(), confirmed_at = now(), leased_until = NULL
            WHERE writes.state <> 'open' OR writes.message_id <> excluded.message_id
        RETURNING key
        """,
        *(confirmed.key, confirmed.conversation_id, confirmed.message_id),
        *(confirmed.write.kind, confirmed.write.subject, content(confirmed.write), Jsonb(to_json(confirmed.write))),
        *(confirmed.facts, confirmed.identity.customer_id, confirmed.identity.auth_level),
        confirmed.identity.verified_order_id,
    )
    return row is not None


async def settle(
    connection: Connection, key: str, conversation_id: UUID, *, state: State, result: str
) -> Confirmed | None:
    """None if it is not open, or not this conversation's."""
    row = await fetch_one(
        connection,
        "UPDATE writes SET state = %s, result = %s, settled_at = clock_timestamp(), leased_until = NULL"  # noqa: S608 - constants only
        f" WHERE key = %s AND conversation_id = %s AND state = 'open' RETURNING {COLUMNS}",
        *(state, result or None, key, conversation_id),
    )
    return to_confirmed(row) if row else None


async def open_in_turn(connection: Connection, message_id: UUID) -> bool:
    row = await fetch_one(
        connection, "SELECT 1 AS found FROM writes WHERE message_id = %s AND state = 'open' LIMIT 1", message_id
    )
    return row is not None


async def claim(connection: Connection, *, owner: str, lease: float) -> Confirmed | None:
    """One whose turn is over without having settled it, and that nobody is at."""
    row = await fetch_one(
        connection,
        f"""
        UPDATE writes SET attempts = attempts + 1, leased_by = %s,
            leased_until = clock_timestamp() + make_interval(secs => %s)
        WHERE key = (
            SELECT key FROM writes AS due WHERE state = 'open' AND due_at <= clock_timestamp()
            AND (leased_until IS NULL OR leased_until < clock_timestamp())
            AND NOT EXISTS (SELECT FROM turns WHERE turns.batch = due.message_id AND turns.finished_at IS NULL)
            ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {COLUMNS}
        """,  # noqa: S608 - constants only
        owner,
        lease,
    )
    return to_confirmed(row) if row else None


async def postpone(connection: Connection, claimed: Confirmed, *, owner: str, seconds: float) -> None:
    await connection.execute(
        "UPDATE writes SET due_at = clock_timestamp() + make_interval(secs => %s), leased_until = NULL"
        " WHERE key = %s AND leased_by = %s AND attempts = %s AND state = 'open'",
        (seconds, claimed.key, owner, claimed.attempts),
    )


async def open_count(connection: Connection) -> int:
    rows = await fetch_all(connection, "SELECT count(*) AS count FROM writes WHERE state = 'open'")
    return int(rows[0]["count"])
