from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.handoff.models import Handoff
from api.handoff.routing import Wish, language_of
from common.database import Connection, fetch_all, fetch_one

COLUMNS = (
    "id, conversation_id, reason, skill, summary, requested_at, rank_at, kept_at, advisor_id, agent,"
    " claimed_at, closed_at, known_to, left_at, told_position, awaits, email, tier, outcome"
)
SWEEPING = 7_214_020  # any constant: of several gateways one at a time looks after the line
# ruff: noqa: S608 - every query below is put together from constants


def _handoff(row: dict[str, Any]) -> Handoff:
    return Handoff(**row)


async def open_for(connection: Connection, conversation_id: UUID) -> Handoff | None:
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE conversation_id = %s AND closed_at IS NULL",
        conversation_id,
    )
    return _handoff(row) if row else None


async def get(connection: Connection, handoff_id: int) -> Handoff | None:
    row = await fetch_one(connection, f"SELECT {COLUMNS} FROM handoffs WHERE id = %s", handoff_id)
    return _handoff(row) if row else None


async def latest_for(connection: Connection, conversation_id: UUID) -> Handoff | None:
    """The open one, or else the last."""
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE conversation_id = %s ORDER BY closed_at IS NOT NULL, id DESC LIMIT 1",
        conversation_id,
    )
    return _handoff(row) if row else None


async def email_of(connection: Connection, conversation_id: UUID) -> str | None:
    row = await fetch_one(
        connection,
        "SELECT email FROM handoffs WHERE conversation_id = %s AND email IS NOT NULL ORDER BY id DESC LIMIT 1",
        conversation_id,
    )
    return str(row["email"]) if row else None


async def request(
    connection: Connection,
    conversation_id: UUID,
    *,
    reason: str,
    skill: str,
    summary: str,
    head_start: timedelta,
    known_within: timedelta,
) -> Handoff:
    """A new one, or the one that was kept: it holds its place and learns the newer reason.

    It is known to whoever served the conversation last, if that ended within `known_within`.
    """
    cursor = await connection.execute(
        "INSERT INTO handoffs (conversation_id, reason, skill, summary, rank_at, known_to)"
        " VALUES (%(conversation)s, %(reason)s, %(skill)s, %(summary)s, now() - %(head_start)s::interval,"
        "  (SELECT advisor_id FROM handoffs WHERE conversation_id = %(conversation)s AND advisor_id IS NOT NULL"
        "   AND closed_at > now() - %(known_within)s::interval ORDER BY id DESC LIMIT 1))"
        " ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO UPDATE SET kept_at = NULL, told_position = NULL,"
        " reason = excluded.reason, skill = excluded.skill, summary = excluded.summary,"
        " rank_at = handoffs.requested_at - %(head_start)s::interval"
        f" RETURNING {COLUMNS}",
        {
            "conversation": conversation_id,
            "reason": reason,
            "skill": skill,
            "summary": summary,
            "head_start": head_start,
            "known_within": known_within,
        },
    )
    row = await cursor.fetchone()
    assert row is not None
    return _handoff(row)


async def note(connection: Connection, conversation_id: UUID, fact: str, *, limit: int) -> None:
    """The newest fact first, for the summary is cut at its end."""
    await connection.execute(
        "UPDATE handoffs SET summary = left(concat_ws(E'\\n', %s::text, nullif(summary, '')), %s)"
        " WHERE conversation_id = %s AND closed_at IS NULL",
        (fact, limit, conversation_id),
    )


async def in_line(connection: Connection) -> list[Wish]:
    """Who waits for a person now, first in line first."""
    rows = await fetch_all(
        connection,
        "SELECT handoffs.id, conversation_id, skill, locale, rank_at, known_to FROM handoffs"
        " JOIN conversations ON conversations.id = conversation_id"
        " WHERE closed_at IS NULL AND claimed_at IS NULL AND kept_at IS NULL ORDER BY rank_at, handoffs.id",
    )
    return [Wish(language=language_of(row.pop("locale")), **row) for row in rows]


async def loads(connection: Connection) -> dict[UUID, dict[str, Any]]:
    """Of each advisor: `load`, the conversations held now, and `last_given`."""
    rows = await fetch_all(
        connection,
        "SELECT advisor_id, count(*) FILTER (WHERE closed_at IS NULL) AS load, max(claimed_at) AS last_given"
        " FROM handoffs WHERE advisor_id IS NOT NULL AND (closed_at IS NULL OR claimed_at > now() - interval '1 day')"
        " GROUP BY advisor_id",
    )
    return {row.pop("advisor_id"): dict(row) for row in rows}


async def load_of(connection: Connection, advisor_id: UUID) -> int:
    query = "SELECT count(*) AS held FROM handoffs WHERE closed_at IS NULL AND advisor_id = %s"
    row = await fetch_one(connection, query, advisor_id)
    assert row is not None
    return int(row["held"])


async def handling_times(connection: Connection, skill: str, *, last: int, within: timedelta) -> list[timedelta]:
    """From taking to ending, of the last conversations about this that advisors ended.

    Not those of another desk, in use before: a ticket takes days.
    """
    rows = await fetch_all(
        connection,
        "SELECT closed_at - claimed_at AS took FROM handoffs WHERE skill = %s AND outcome IN ('returned', 'resolved')"
        " AND advisor_id IS NOT NULL AND closed_at > now() - %s::interval ORDER BY closed_at DESC LIMIT %s",
        skill,
        within,
        last,
    )
    return [row["took"] for row in rows]


async def told(connection: Connection, handoff_id: int, position: int | None) -> None:
    await connection.execute("UPDATE handoffs SET told_position = %s WHERE id = %s", (position, handoff_id))


async def told_positions(connection: Connection) -> dict[int, int | None]:
    """Of everybody in line, by hand-off."""
    rows = await fetch_all(
        connection,
        "SELECT id, told_position FROM handoffs WHERE closed_at IS NULL AND claimed_at IS NULL AND kept_at IS NULL",
    )
    return {row["id"]: row["told_position"] for row in rows}


async def try_sweeping(connection: Connection) -> bool:
    """Whether this process is the one that sweeps until the transaction ends."""
    row = await fetch_one(connection, "SELECT pg_try_advisory_xact_lock(%s) AS got", SWEEPING)
    assert row is not None
    return bool(row["got"])


async def keep(connection: Connection, handoff_id: int, *, email: str | None = None) -> None:
    await connection.execute(
        "UPDATE handoffs SET kept_at = now(), awaits = NULL, email = coalesce(%s, email) WHERE id = %s",
        (email, handoff_id),
    )


async def await_email(connection: Connection, handoff_id: int) -> None:
    await connection.execute("UPDATE handoffs SET awaits = 'email' WHERE id = %s", (handoff_id,))


async def claim(
    connection: Connection, handoff_id: int, *, advisor_id: UUID | None = None, agent: str | None = None
) -> None:
    """For one of them."""
    await connection.execute(
        "UPDATE handoffs SET advisor_id = %s, agent = %s, claimed_at = clock_timestamp(), kept_at = NULL, awaits = NULL"
        " WHERE id = %s",
        (advisor_id, agent, handoff_id),
    )


async def abandoned(connection: Connection, *, grace: timedelta, conversation_id: UUID | None = None) -> list[UUID]:
    """Conversations (or the one) whose advisor was last seen, and took them, longer ago than `grace`.

    What somebody has at another desk, too: this asks for the one that is in use.
    """
    rows = await fetch_all(
        connection,
        "SELECT conversation_id FROM handoffs LEFT JOIN staff ON staff.id = advisor_id WHERE closed_at IS NULL"
        " AND (agent IS NOT NULL OR greatest(present_at, claimed_at) < now() - %s::interval)"
        " AND (%s::uuid IS NULL OR conversation_id = %s) ORDER BY handoffs.id",
        grace,
        conversation_id,
        conversation_id,
    )
    return [row["conversation_id"] for row in rows]


async def release(connection: Connection, handoff_id: int, head_start: timedelta) -> None:
    await connection.execute(
        "UPDATE handoffs SET advisor_id = NULL, agent = NULL, claimed_at = NULL, left_at = now(), told_position = NULL,"
        " rank_at = requested_at - %s::interval WHERE id = %s",
        (head_start, handoff_id),
    )


async def promise(connection: Connection, handoff_id: int, at: datetime) -> None:
    await connection.execute(
        "UPDATE handoffs SET promised_at = %s, late_told_at = NULL WHERE id = %s", (at, handoff_id)
    )


async def overdue(connection: Connection, *, late: timedelta, conversation_id: UUID | None = None) -> list[UUID]:
    """Conversations (or the one) that nobody has taken so long after what the customer was told, longest first."""
    rows = await fetch_all(
        connection,
        "SELECT conversation_id FROM handoffs WHERE closed_at IS NULL AND claimed_at IS NULL AND late_told_at IS NULL"
        " AND promised_at < now() - %s::interval AND (%s::uuid IS NULL OR conversation_id = %s)"
        " ORDER BY promised_at LIMIT 20",
        late,
        conversation_id,
        conversation_id,
    )
    return [row["conversation_id"] for row in rows]


async def told_late(connection: Connection, handoff_id: int, head_start: timedelta) -> None:
    await connection.execute(
        "UPDATE handoffs SET late_told_at = now(), rank_at = requested_at - %s::interval WHERE id = %s",
        (head_start, handoff_id),
    )


async def close(connection: Connection, handoff_id: int, outcome: str) -> None:
    await connection.execute("UPDATE handoffs SET closed_at = now(), outcome = %s WHERE id = %s", (outcome, handoff_id))


async def waiting(connection: Connection, *, limit: int) -> list[Handoff]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE closed_at IS NULL AND claimed_at IS NULL"
        " ORDER BY kept_at IS NOT NULL, rank_at, id LIMIT %s",
        limit,
    )
    return [_handoff(row) for row in rows]


async def of_advisor(connection: Connection, advisor_id: UUID) -> list[Handoff]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE closed_at IS NULL AND advisor_id = %s ORDER BY claimed_at",
        advisor_id,
    )
    return [_handoff(row) for row in rows]


async def assigned(connection: Connection) -> list[Handoff]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM handoffs WHERE closed_at IS NULL AND advisor_id IS NOT NULL ORDER BY claimed_at",
    )
    return [_handoff(row) for row in rows]


async def without_tier(connection: Connection, *, limit: int) -> list[UUID]:
    """Conversations in line whose customer has logged in at the shop, and whose tier was not asked for yet."""
    rows = await fetch_all(
        connection,
        "SELECT conversation_id FROM handoffs JOIN conversations ON conversations.id = conversation_id"
        " WHERE closed_at IS NULL AND claimed_at IS NULL AND kept_at IS NULL AND tier IS NULL"
        " AND auth_level = 'customer' ORDER BY rank_at LIMIT %s",
        limit,
    )
    return [row["conversation_id"] for row in rows]


async def set_tier(connection: Connection, handoff_id: int, tier: str, head_start: timedelta) -> None:
    await connection.execute(
        "UPDATE handoffs SET tier = %s, rank_at = requested_at - %s::interval WHERE id = %s",
        (tier, head_start, handoff_id),
    )
