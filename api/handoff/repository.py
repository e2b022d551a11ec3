from typing import Any
from uuid import UUID

from api.handoff.models import Handoff
from common.database import Connection, fetch_all, fetch_one

COLUMNS = "id, conversation_id, reason, skill, summary, requested_at, kept_at, advisor_id, claimed_at, closed_at"


def _handoff(row: dict[str, Any]) -> Handoff:
    return Handoff(**row)


async def open_for(connection: Connection, conversation_id: UUID) -> Handoff | None:
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE conversation_id = %s AND closed_at IS NULL",  # noqa: S608 - a constant
        conversation_id,
    )
    return _handoff(row) if row else None


async def latest_for(connection: Connection, conversation_id: UUID) -> Handoff | None:
    """The open one, or else the last."""
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE conversation_id = %s"  # noqa: S608 - a constant
        " ORDER BY closed_at IS NOT NULL, id DESC LIMIT 1",
        conversation_id,
    )
    return _handoff(row) if row else None


async def request(connection: Connection, conversation_id: UUID, reason: str, skill: str, summary: str) -> Handoff:
    """A new one, or the one that was kept while nobody was on duty: it holds its place and learns the newer reason."""
    row = await fetch_one(
        connection,
        "INSERT INTO handoffs (conversation_id, reason, skill, summary) VALUES (%s, %s, %s, %s)"  # noqa: S608 - a constant
        " ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO UPDATE SET kept_at = NULL,"
        " reason = excluded.reason, skill = excluded.skill, summary = excluded.summary"
        f" RETURNING {COLUMNS}",
        conversation_id,
        reason,
        skill,
        summary,
    )
    assert row is not None
    return _handoff(row)


async def position(connection: Connection, handoff: Handoff) -> int:
    """1 is next in line. Customers who went on with the bot are not in line."""
    row = await fetch_one(
        connection,
        "SELECT count(*) AS before FROM handoffs WHERE closed_at IS NULL AND advisor_id IS NULL AND kept_at IS NULL"
        " AND (requested_at, id) < (%s, %s)",
        handoff.requested_at,
        handoff.id,
    )
    assert row is not None
    return int(row["before"]) + 1


async def keep(connection: Connection, handoff_id: int) -> None:
    await connection.execute("UPDATE handoffs SET kept_at = now() WHERE id = %s", (handoff_id,))


async def claim(connection: Connection, handoff_id: int, advisor_id: UUID) -> None:
    await connection.execute(
        "UPDATE handoffs SET advisor_id = %s, claimed_at = now(), kept_at = NULL WHERE id = %s",
        (advisor_id, handoff_id),
    )


async def close(connection: Connection, handoff_id: int, outcome: str) -> None:
    await connection.execute("UPDATE handoffs SET closed_at = now(), outcome = %s WHERE id = %s", (outcome, handoff_id))


async def waiting(connection: Connection, *, limit: int) -> list[Handoff]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE closed_at IS NULL AND advisor_id IS NULL"  # noqa: S608 - a constant
        " ORDER BY kept_at IS NOT NULL, requested_at, id LIMIT %s",
        limit,
    )
    return [_handoff(row) for row in rows]


async def of_advisor(connection: Connection, advisor_id: UUID) -> list[Handoff]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE closed_at IS NULL AND advisor_id = %s"  # noqa: S608 - a constant
        " ORDER BY claimed_at",
        advisor_id,
    )
    return [_handoff(row) for row in rows]


async def assigned(connection: Connection) -> list[Handoff]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE closed_at IS NULL AND advisor_id IS NOT NULL"  # noqa: S608 - a constant
        " ORDER BY claimed_at",
    )
    return [_handoff(row) for row in rows]
