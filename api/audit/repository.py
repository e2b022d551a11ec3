from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from api.audit.models import Actor, Entry
from common.database import Connection, fetch_all


async def insert(
    connection: Connection,
    *,
    actor: Actor,
    actor_id: str | None,
    action: str,
    conversation_id: UUID | None,
    subject: str | None,
    outcome: str,
    evidence: dict[str, Any],
) -> None:
    await connection.execute(
        "INSERT INTO audit (actor, actor_id, action, conversation_id, subject, outcome, evidence)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (actor, actor_id, action, conversation_id, subject, outcome, Jsonb(evidence)),
    )


async def latest(
    connection: Connection,
    *,
    before: int | None,
    limit: int,
    conversation_id: UUID | None,
    actor_id: str | None,
    action: str | None,
) -> list[Entry]:
    """`action` may be the beginning of one, up to a dot."""
    rows = await fetch_all(
        connection,
        "SELECT id, at, actor, actor_id, action, conversation_id, subject, outcome, evidence FROM audit"
        " WHERE (%s::bigint IS NULL OR id < %s) AND (%s::uuid IS NULL OR conversation_id = %s)"
        " AND (%s::text IS NULL OR actor_id = %s)"
        " AND (%s::text IS NULL OR action = %s OR starts_with(action, %s || '.'))"
        " ORDER BY id DESC LIMIT %s",
        *(before, before, conversation_id, conversation_id, actor_id, actor_id, action, action, action, limit),
    )
    return [Entry(**row) for row in rows]
