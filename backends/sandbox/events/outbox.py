"""Events are written in the transaction of the change that they tell of, and posted afterwards."""

import uuid
from datetime import datetime, timedelta

from pydantic import AwareDatetime, TypeAdapter

from backends.models import ShopEvent
from common.database import Connection, fetch_one

GIVE_UP_AFTER = timedelta(days=3)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)

_EVENT = TypeAdapter(ShopEvent)


async def emit(
    connection: Connection,
    kind: str,
    at: AwareDatetime,
    *,
    customer_id: str,
    subject_id: str,
    number: str | None = None,
    status: str | None = None,
    order_id: str | None = None,
) -> None:
    event = ShopEvent(f"evt_{uuid.uuid4().hex}", kind, at, customer_id, subject_id, number, status, order_id)
    await connection.execute(
        "INSERT INTO outbox (id, body, created_at, next_attempt_at) VALUES (%s, %s, %s, %s)",
        (event.id, _EVENT.dump_json(event).decode(), at, at),
    )


async def take_due(connection: Connection, now: datetime) -> tuple[str, bytes] | None:
    """Id and body of the event that waits longest; locked until the transaction ends, so that one process posts it."""
    row = await fetch_one(
        connection,
        "SELECT id, body FROM outbox WHERE delivered_at IS NULL AND gave_up_at IS NULL AND next_attempt_at <= %s"
        " ORDER BY next_attempt_at, created_at LIMIT 1 FOR UPDATE SKIP LOCKED",
        now,
    )
    return (row["id"], row["body"].encode()) if row else None


async def mark_delivered(connection: Connection, event_id: str, now: datetime) -> None:
    await connection.execute(
        "UPDATE outbox SET delivered_at = %s, attempts = attempts + 1 WHERE id = %s", (now, event_id)
    )


async def mark_failed(connection: Connection, event_id: str, now: datetime) -> None:
    """Try again after 2 s, 4 s, 8 s … at most an hour, for three days."""
    await connection.execute(
        "UPDATE outbox SET attempts = attempts + 1,"
        " next_attempt_at = %(now)s + least(%(longest)s, %(first)s * power(2, least(attempts, 20))),"
        " gave_up_at = CASE WHEN created_at < %(now)s - %(limit)s THEN %(now)s END WHERE id = %(id)s",
        {"now": now, "longest": LONGEST_PAUSE, "first": FIRST_PAUSE, "limit": GIVE_UP_AFTER, "id": event_id},
    )


async def forget_old(connection: Connection, before: datetime) -> None:
    await connection.execute("DELETE FROM outbox WHERE coalesce(delivered_at, gave_up_at) < %s", (before,))
