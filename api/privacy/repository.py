"""Reads and deletes over every table that belongs to a conversation, including those that are added later."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from api.privacy.models import Kind, Outcome, Request, Rows
from common.database import Connection, fetch_all, fetch_one

SECRET = {"token_hash", "code_hash", "fingerprint", "email_hash", "order_hash", "client"}
FILES = {"content"}  # what customers sent; other bytes are hashes
# How each table reaches its conversation: directly, or by the tables that it refers to.
TABLES = """
    SELECT child.relname AS child, parent.relname AS parent,
           array_agg(own.attname ORDER BY position) AS columns,
           array_agg(theirs.attname ORDER BY position) AS references
    FROM pg_constraint AS link
    JOIN pg_class AS child ON child.oid = link.conrelid
    JOIN pg_class AS parent ON parent.oid = link.confrelid
    JOIN LATERAL unnest(link.conkey, link.confkey) WITH ORDINALITY AS pair (mine, other, position) ON true
    JOIN pg_attribute AS own ON own.attrelid = child.oid AND own.attnum = pair.mine
    JOIN pg_attribute AS theirs ON theirs.attrelid = parent.oid AND theirs.attnum = pair.other
    WHERE link.contype = 'f' AND link.confdeltype = 'c' AND child.relnamespace = current_schema()::regnamespace
    GROUP BY link.oid, child.relname, parent.relname
"""


async def conversations_of(connection: Connection, customer_id: str) -> list[UUID]:
    rows = await fetch_all(
        connection, "SELECT id FROM conversations WHERE customer_id = %s ORDER BY created_at", customer_id
    )
    return [row["id"] for row in rows]


async def everything(connection: Connection, conversation_id: UUID) -> Rows:
    """By table, all that goes when the conversation goes."""
    links = await fetch_all(connection, TABLES)
    found: Rows = {}
    waiting: list[tuple[str, sql.Composed]] = [
        ("conversations", sql.SQL("SELECT * FROM conversations WHERE id = {}").format(sql.Literal(conversation_id)))
    ]
    while waiting:
        table, query = waiting.pop(0)
        if table in found:
            continue
        found[table] = [_plain(row) for row in await (await connection.execute(query)).fetchall()]
        waiting += [(link["child"], _children(link, query)) for link in links if link["parent"] == table]
    return {table: rows for table, rows in found.items() if rows}


def _children(link: dict[str, Any], parents: sql.Composed) -> sql.Composed:
    pairs = zip(link["columns"], link["references"], strict=True)
    same = sql.SQL(" AND ").join(
        sql.SQL("child.{} = parent.{}").format(sql.Identifier(mine), sql.Identifier(other)) for mine, other in pairs
    )
    return sql.SQL("SELECT DISTINCT child.* FROM {} AS child JOIN ({}) AS parent ON {}").format(
        sql.Identifier(link["child"]), parents, same
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name not in SECRET}
    return {name: _as_text(value) for name, value in told.items() if name in FILES or not isinstance(value, bytes)}


def _as_text(value: Any) -> Any:
    """A file as text that JSON can hold."""
    return b64encode(value).decode() if isinstance(value, bytes) else value


async def open_writes(connection: Connection, conversation_ids: list[UUID]) -> bool:
    row = await fetch_one(
        connection,
        "SELECT 1 AS found FROM writes WHERE conversation_id = ANY(%s) AND state = 'open' LIMIT 1",
        conversation_ids,
    )
    return row is not None


async def erase(connection: Connection, conversation_ids: list[UUID]) -> int:
    await connection.execute(
        "INSERT INTO erasures (conversation_id) SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING", (conversation_ids,)
    )
    cursor = await connection.execute("DELETE FROM conversations WHERE id = ANY(%s)", (conversation_ids,))
    return cursor.rowcount


async def disguise(connection: Connection, conversation_ids: list[UUID], customer_id: str | None, mask: str) -> None:
    """The audit stays, and says no more whose it was."""
    await connection.execute(
        "UPDATE audit SET actor_id = %s, subject = NULL, evidence = '{}' WHERE actor <> 'staff'"
        " AND (conversation_id = ANY(%s) OR (%s::text IS NOT NULL AND actor_id = %s))",
        (mask, conversation_ids, customer_id, customer_id),
    )


async def due_erasures(connection: Connection, *, limit: int) -> list[UUID]:
    rows = await fetch_all(
        connection,
        "SELECT conversation_id FROM erasures WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT %s"
        " FOR UPDATE SKIP LOCKED",
        limit,
    )
    return [row["conversation_id"] for row in rows]


async def erased(connection: Connection, conversation_ids: list[UUID], *, again_in: float) -> None:
    await connection.execute(
        "UPDATE erasures SET rounds = rounds - 1, due_at = clock_timestamp() + make_interval(secs => %s)"
        " WHERE conversation_id = ANY(%s)",
        (again_in, conversation_ids),
    )
    await connection.execute("DELETE FROM erasures WHERE rounds <= 0")


async def insert_request(
    connection: Connection, reference: str, *, message_id: UUID, conversation_id: UUID, customer_id: str, kind: Kind
) -> str:
    """The reference; the first one where this turn has asked before, or the same is open already."""
    row = await fetch_one(
        connection,
        "SELECT reference FROM privacy_requests WHERE message_id = %s"
        " OR (customer_id = %s AND kind = %s AND closed_at IS NULL) LIMIT 1",
        *(message_id, customer_id, kind),
    )
    if row:
        return str(row["reference"])
    await connection.execute(
        "INSERT INTO privacy_requests (reference, message_id, conversation_id, customer_id, kind)"
        " VALUES (%s, %s, %s, %s, %s)",
        (reference, message_id, conversation_id, customer_id, kind),
    )
    return reference


REQUEST = "reference, conversation_id, customer_id, kind, requested_at, closed_at, closed_by, outcome"


async def open_requests(connection: Connection, *, limit: int) -> list[Request]:
    rows = await fetch_all(
        connection,
        f"SELECT {REQUEST} FROM privacy_requests WHERE closed_at IS NULL ORDER BY requested_at LIMIT %s",  # noqa: S608 - constants only
        limit,
    )
    return [Request(**row) for row in rows]


async def close_request(connection: Connection, reference: str, by: str, outcome: Outcome) -> Request | None:
    row = await fetch_one(
        connection,
        "UPDATE privacy_requests SET closed_at = now(), closed_by = %s, outcome = %s"  # noqa: S608 - constants only
        f" WHERE reference = %s AND closed_at IS NULL RETURNING {REQUEST}",
        *(by, outcome, reference),
    )
    return Request(**row) if row else None


async def erasures_asked_for(connection: Connection, conversation_ids: list[UUID]) -> list[tuple[str, UUID]]:
    """References of the open requests to erase, with the conversations in which they were made."""
    rows = await fetch_all(
        connection,
        "SELECT reference, conversation_id FROM privacy_requests"
        " WHERE conversation_id = ANY(%s) AND kind = 'erase' AND closed_at IS NULL",
        conversation_ids,
    )
    return [(row["reference"], row["conversation_id"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Farewell:
    key: UUID
    reference: str
    address: str
    attempts: int


async def plan_farewell(connection: Connection, key: UUID, reference: str, address: str) -> None:
    await connection.execute(
        "INSERT INTO farewells (key, reference, address) VALUES (%s, %s, %s)", (key, reference, address)
    )


async def claim_farewell(connection: Connection, *, lease: float) -> Farewell | None:
    """One that is due; a process that dies at it leaves it to the next when the lease is over."""
    row = await fetch_one(
        connection,
        "UPDATE farewells SET attempts = attempts + 1, due_at = clock_timestamp() + make_interval(secs => %s)"
        " WHERE key = (SELECT key FROM farewells WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT 1"
        " FOR UPDATE SKIP LOCKED) RETURNING key, reference, address, attempts",
        lease,
    )
    return Farewell(**row) if row else None


async def postpone_farewell(connection: Connection, key: UUID, *, seconds: float) -> None:
    await connection.execute(
        "UPDATE farewells SET due_at = clock_timestamp() + make_interval(secs => %s) WHERE key = %s", (seconds, key)
    )


async def forget_farewell(connection: Connection, key: UUID) -> None:
    await connection.execute("DELETE FROM farewells WHERE key = %s", (key,))
