from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.complaints.models import Complaint, Progress
from common.database import Connection, fetch_all, fetch_one

COLUMNS = "handoff_id, conversation_id, state, answer_by, agreed, due_on, agreed_at"
# ruff: noqa: S608 - every query below is put together from constants


def _complaint(row: dict[str, Any]) -> Complaint:
    return Complaint(**{**row, "state": Progress(row["state"])})


async def record(connection: Connection, handoff_id: int, conversation_id: UUID, *, answer_by: datetime | None) -> None:
    """Once a hand-off; who asks once more is told another time."""
    await connection.execute(
        "INSERT INTO complaints (handoff_id, conversation_id, answer_by) VALUES (%s, %s, %s)"
        " ON CONFLICT (handoff_id) DO UPDATE SET answer_by = coalesce(excluded.answer_by, complaints.answer_by)",
        (handoff_id, conversation_id, answer_by),
    )


async def get(connection: Connection, handoff_id: int) -> Complaint | None:
    row = await fetch_one(connection, f"SELECT {COLUMNS} FROM complaints WHERE handoff_id = %s", handoff_id)
    return _complaint(row) if row else None


async def latest(connection: Connection, conversation_id: UUID) -> Complaint | None:
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM complaints WHERE conversation_id = %s ORDER BY handoff_id DESC LIMIT 1",
        conversation_id,
    )
    return _complaint(row) if row else None


async def agree(
    connection: Connection, handoff_id: int, conversation_id: UUID, *, agreed: str, due_on: date
) -> Complaint:
    row = await fetch_one(
        connection,
        "INSERT INTO complaints (handoff_id, conversation_id, state, agreed, due_on, agreed_at)"
        " VALUES (%s, %s, 'agreed', %s, %s, clock_timestamp()) ON CONFLICT (handoff_id) DO UPDATE SET"
        " state = 'agreed', agreed = excluded.agreed, due_on = excluded.due_on, agreed_at = excluded.agreed_at"
        f" RETURNING {COLUMNS}",
        *(handoff_id, conversation_id, agreed, due_on),
    )
    assert row is not None
    return _complaint(row)


async def set_state(connection: Connection, handoff_id: int, state: Progress) -> None:
    await connection.execute("UPDATE complaints SET state = %s WHERE handoff_id = %s", (state, handoff_id))


async def due(connection: Connection, *, until: date, limit: int) -> list[Complaint]:
    """Agreed, not done, and due by then; the longest due first."""
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM complaints WHERE state = 'agreed' AND due_on <= %s"
        " ORDER BY due_on, handoff_id LIMIT %s",
        *(until, limit),
    )
    return [_complaint(row) for row in rows]
