from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.tickets.models import Known
from common.database import Connection, fetch_all, fetch_one

COLUMNS = "handoff_id, newest_before, ticket, account"
# ruff: noqa: S608 - every query below is put together from constants


def _known(row: dict[str, Any]) -> Known:
    return Known(**row)


async def want(connection: Connection, handoff_id: int) -> None:
    """The hand-off is to have a ticket."""
    await connection.execute(
        "INSERT INTO tickets (handoff_id) VALUES (%s) ON CONFLICT (handoff_id) DO NOTHING", (handoff_id,)
    )


async def without_ticket(connection: Connection, conversation_id: UUID | None = None, *, limit: int = 1) -> list[UUID]:
    """Conversations (or the one) with an open wish that was never brought to the ticket system."""
    rows = await fetch_all(
        connection,
        "SELECT conversation_id FROM handoffs LEFT JOIN tickets ON handoff_id = handoffs.id"
        " WHERE closed_at IS NULL AND handoff_id IS NULL AND (%s::uuid IS NULL OR conversation_id = %s)"
        " ORDER BY handoffs.id LIMIT %s",
        conversation_id,
        conversation_id,
        limit,
    )
    return [row["conversation_id"] for row in rows]


async def of_handoff(connection: Connection, handoff_id: int) -> Known | None:
    """Its own, or the one that has moved on to a later hand-off of the conversation."""
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM tickets WHERE handoff_id IN (SELECT later.id FROM handoffs AS later"
        " JOIN handoffs AS this USING (conversation_id) WHERE this.id = %s AND later.id >= this.id)"
        " ORDER BY handoff_id LIMIT 1",
        handoff_id,
    )
    return _known(row) if row else None


async def begin(connection: Connection, handoff_id: int, newest_before: int) -> None:
    await connection.execute(
        "UPDATE tickets SET newest_before = %s WHERE handoff_id = %s AND newest_before IS NULL",
        (newest_before, handoff_id),
    )


async def made(connection: Connection, handoff_id: int, ticket: int, account: int) -> None:
    await connection.execute(
        "UPDATE tickets SET ticket = %s, account = %s, look_at = clock_timestamp(), active_at = clock_timestamp()"
        " WHERE handoff_id = %s AND ticket IS NULL",
        (ticket, account, handoff_id),
    )


async def take_on(connection: Connection, handoff_id: int, *, within: timedelta) -> bool:
    """Give the hand-off the ticket of the conversation's last one, if that ended not longer ago than `within`."""
    row = await fetch_one(
        connection,
        "UPDATE tickets SET handoff_id = %s, active_at = clock_timestamp(), look_at = clock_timestamp()"
        " WHERE ticket IS NOT NULL AND handoff_id = (SELECT earlier.id FROM handoffs AS earlier JOIN handoffs AS this"
        " USING (conversation_id) WHERE this.id = %s AND earlier.id < this.id"
        " AND earlier.closed_at > now() - %s::interval ORDER BY earlier.id DESC LIMIT 1) RETURNING ticket",
        handoff_id,
        handoff_id,
        within,
    )
    return row is not None


async def move(connection: Connection, ticket: int, handoff_id: int) -> None:
    """People have come back to it: it is the ticket of the newer hand-off now, unless that has one of its own."""
    await connection.execute(
        "UPDATE tickets SET handoff_id = %(to)s WHERE ticket = %(ticket)s"
        " AND NOT EXISTS (SELECT FROM tickets WHERE handoff_id = %(to)s)",
        {"to": handoff_id, "ticket": ticket},
    )


async def due(connection: Connection, *, lease: timedelta) -> tuple[Known, datetime] | None:
    """The ticket to look at next, leased, and until when. Nobody else gets it before then."""
    row = await fetch_one(
        connection,
        "UPDATE tickets SET look_at = clock_timestamp() + %s::interval"
        " WHERE handoff_id = (SELECT handoff_id FROM tickets WHERE ticket IS NOT NULL AND look_at <= clock_timestamp()"
        " ORDER BY look_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {COLUMNS}, look_at",
        lease,
    )
    if row is None:
        return None
    until = row.pop("look_at")
    return _known(row), until


async def look_again(
    connection: Connection, ticket: int, *, leased_until: datetime, least: timedelta, most: timedelta, news: bool
) -> None:
    """After a tenth of the time in which nothing happened; at once if news came in while we looked.

    Not by itself any more when its hand-off ended more than a day ago.
    """
    idle = "CASE WHEN %(news)s THEN interval '0' ELSE clock_timestamp() - active_at END"
    pause = f"least(%(most)s::interval, greatest(%(least)s::interval, {idle} / 10))"
    over = "(SELECT closed_at < now() - interval '1 day' FROM handoffs WHERE id = handoff_id)"
    await connection.execute(
        "UPDATE tickets SET active_at = CASE WHEN %(news)s THEN clock_timestamp() ELSE active_at END,"
        f" look_at = CASE WHEN look_at <> %(leased)s THEN look_at WHEN {over} THEN NULL"
        f" ELSE clock_timestamp() + {pause} END WHERE ticket = %(ticket)s",
        {"news": news, "leased": leased_until, "least": least, "most": most, "ticket": ticket},
    )


async def look_now(connection: Connection, ticket: int) -> bool:
    """Whether it is one of ours."""
    row = await fetch_one(
        connection, "UPDATE tickets SET look_at = clock_timestamp() WHERE ticket = %s RETURNING ticket", ticket
    )
    return row is not None


async def lock(connection: Connection, ticket: int) -> Known | None:
    """As it is now; nobody else tells the customer of its news before the transaction ends."""
    row = await fetch_one(connection, f"SELECT {COLUMNS} FROM tickets WHERE ticket = %s FOR UPDATE", ticket)
    return _known(row) if row else None


async def take_reopening(connection: Connection, ticket: int, *, lease: timedelta) -> bool:
    """Whether it is ours to open it again. Nobody else does so before the lease is over, or is given up."""
    row = await fetch_one(
        connection,
        "UPDATE tickets SET reopening_until = clock_timestamp() + %s::interval WHERE ticket = %s"
        " AND (reopening_until IS NULL OR reopening_until <= clock_timestamp()) RETURNING ticket",
        lease,
        ticket,
    )
    return row is not None


async def give_up_reopening(connection: Connection, ticket: int) -> None:
    await connection.execute("UPDATE tickets SET reopening_until = NULL WHERE ticket = %s", (ticket,))


async def told(connection: Connection, ticket: int, key: bytes) -> bool:
    """Whether the customer has got it already. Remembers that they have."""
    row = await fetch_one(
        connection,
        "INSERT INTO ticket_answers (ticket, key) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING ticket",
        ticket,
        key,
    )
    return row is None
