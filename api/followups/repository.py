from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from common.database import Connection, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class FollowUp:
    handoff_id: int
    conversation_id: UUID


async def plan(
    connection: Connection, handoff_id: int, conversation_id: UUID, *, days: float, at: datetime | None = None
) -> None:
    """In so many days, or at the time given. One a complaint, however often its conversation ends."""
    await connection.execute(
        "INSERT INTO follow_ups (handoff_id, conversation_id, due_at)"
        " VALUES (%s, %s, coalesce(%s, clock_timestamp() + make_interval(secs => %s))) ON CONFLICT DO NOTHING",
        (handoff_id, conversation_id, at, 86400 * days),
    )


async def forget(connection: Connection, handoff_id: int) -> None:
    """Something else is agreed: what was asked, or would have been, is not what is asked now."""
    await connection.execute("DELETE FROM follow_ups WHERE handoff_id = %s", (handoff_id,))


async def due(connection: Connection, *, limit: int) -> list[FollowUp]:
    rows = await fetch_all(
        connection,
        "SELECT handoff_id, conversation_id FROM follow_ups WHERE state = 'planned' AND due_at <= clock_timestamp()"
        " ORDER BY due_at LIMIT %s",
        limit,
    )
    return [FollowUp(**row) for row in rows]


async def finish(connection: Connection, handoff_id: int, state: Literal["sent", "dropped"]) -> bool:
    """False when another process was quicker."""
    row = await fetch_one(
        connection,
        "UPDATE follow_ups SET state = %s, finished_at = clock_timestamp() WHERE handoff_id = %s AND state = 'planned'"
        " RETURNING handoff_id",
        *(state, handoff_id),
    )
    return row is not None
