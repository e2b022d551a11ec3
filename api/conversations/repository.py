from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from api.conversations.models import AuthLevel, Author, Conversation, Event, EventType, LocaleBy, Proof, State, Summary
from common.database import Connection, Statement, fetch_all, fetch_one, fetch_together

COLUMNS = (
    "id, channel, locale, state, advisor_id, customer_id, customer_name, first_name, auth_level, verified_order_id, "
    "identified_at, identified_until, last_seq, created_at, updated_at, proof, locale_by"
)

RETURNED = """
coalesce((
    SELECT type = 'handoff' FROM events WHERE conversation_id = conversations.id AND (
        (type = 'handoff' AND body->>'state' IN ('queued', 'assigned', 'resolved'))
        OR (type = 'message' AND author = 'bot' AND coalesce(body->'source'->>'name', '') <> ALL(%s)))
    ORDER BY seq DESC LIMIT 1), false) AS returned
"""


def to_conversation(row: DictRow) -> Conversation:
    proof = Proof(row["proof"]) if row["proof"] else None
    known = {"state": State(row["state"]), "auth_level": AuthLevel(row["auth_level"]), "proof": proof}
    return Conversation(**{**row, **known})


def to_event(row: DictRow) -> Event:
    return Event(**row)


async def insert_conversation(
    connection: Connection,
    conversation_id: UUID,
    *,
    channel: str,
    locale: str,
    token_hash: bytes,
    token_ttl: timedelta,
) -> datetime:
    """When the token expires, by the database's clock: that is the one it will be compared with."""
    row = await fetch_one(
        connection,
        "INSERT INTO conversations (id, channel, locale, token_hash, token_expires_at) "
        "VALUES (%s, %s, %s, %s, now() + %s) RETURNING token_expires_at",
        conversation_id,
        channel,
        locale,
        token_hash,
        token_ttl,
    )
    assert row is not None
    expires_at: datetime = row["token_expires_at"]
    return expires_at


async def get_conversation(connection: Connection, conversation_id: UUID) -> Conversation | None:
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM conversations WHERE id = %s",  # noqa: S608 - constants only
        conversation_id,
    )
    return to_conversation(row) if row else None


async def lock_conversation(
    connection: Connection, conversation_id: UUID, *following: Statement
) -> tuple[Conversation | None, list[list[DictRow]]]:
    """And the rows of each statement that follows under the lock, all in one round trip."""
    lock = f"SELECT {COLUMNS} FROM conversations WHERE id = %s FOR UPDATE"  # noqa: S608 - constants only
    [rows, *others] = await fetch_together(connection, (lock, (conversation_id,)), *following)
    return (to_conversation(rows[0]) if rows else None), others


async def get_by_token(connection: Connection, conversation_id: UUID, token_hash: bytes) -> Conversation | None:
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM conversations "  # noqa: S608 - constants only
        "WHERE id = %s AND token_hash = %s AND token_expires_at > now()",
        conversation_id,
        token_hash,
    )
    return to_conversation(row) if row else None


async def append_event(
    connection: Connection,
    conversation_id: UUID,
    *,
    type_: EventType,
    author: Author,
    body: dict[str, Any],
    topic: str,
    channel: str,
    following: Sequence[Statement] = (),
) -> tuple[Event | None, list[list[DictRow]]]:
    """Locks the conversation's row, so that numbers have no gaps, and notifies when the transaction commits.

    No event for an unknown conversation. And the rows of each statement that follows, all in one round trip.
    """
    append = (
        """
        WITH locked AS (
            UPDATE conversations SET last_seq = last_seq + 1, updated_at = now() WHERE id = %s RETURNING id, last_seq
        ), added AS (
            INSERT INTO events (conversation_id, seq, type, author, body)
            SELECT id, last_seq, %s, %s, %s FROM locked
            RETURNING conversation_id, seq, type, author, at, body
        )
        SELECT added.*, pg_notify(%s, json_build_object('topic', %s::text, 'seq', seq)::text) AS notified FROM added
        """,
        (conversation_id, type_, author, Jsonb(body), channel, topic),
    )
    [rows, *others] = await fetch_together(connection, append, *following)
    for row in rows:
        row.pop("notified")
    return (to_event(rows[0]) if rows else None), others


async def events_after(connection: Connection, conversation_id: UUID, after: int, limit: int) -> list[Event]:
    rows = await fetch_all(
        connection,
        "SELECT conversation_id, seq, type, author, at, body FROM events "
        "WHERE conversation_id = %s AND seq > %s ORDER BY seq LIMIT %s",
        conversation_id,
        after,
        limit,
    )
    return [to_event(row) for row in rows]


def returned(conversation_id: UUID, *, not_answers: list[str]) -> Statement:
    """What `get_for_turn` finds beside the conversation: one row."""
    return f"SELECT {RETURNED} FROM conversations WHERE id = %s", (not_answers, conversation_id)  # noqa: S608 - constants only


async def get_for_turn(
    connection: Connection, conversation_id: UUID, *, not_answers: list[str]
) -> tuple[Conversation, bool] | None:
    """And, of the last step of a hand-off and the last answer, whether the step is the later one; read from the end."""
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS}, {RETURNED} FROM conversations WHERE id = %s",  # noqa: S608 - constants only
        not_answers,
        conversation_id,
    )
    if row is None:
        return None
    returned: bool = row.pop("returned")
    return to_conversation(row), returned


async def move(
    connection: Connection, conversation_id: UUID, *, expected: State, to: State, advisor_id: str | None
) -> Conversation | None:
    """None when the conversation is not in the expected state (or unknown)."""
    row = await fetch_one(
        connection,
        "UPDATE conversations SET state = %s, advisor_id = %s, updated_at = now() "  # noqa: S608 - constants only
        f"WHERE id = %s AND state = %s RETURNING {COLUMNS}",
        to,
        advisor_id,
        conversation_id,
        expected,
    )
    return to_conversation(row) if row else None


async def link_customer(
    connection: Connection,
    conversation_id: UUID,
    *,
    customer_id: str,
    name: str | None,
    first_name: str | None,
    auth_level: AuthLevel,
    verified_order_id: str | None,
    proof: Proof,
    hours: float,
) -> None:
    await connection.execute(
        "UPDATE conversations SET customer_id = %s, customer_name = %s, first_name = %s, auth_level = %s, "
        "verified_order_id = %s, proof = %s, identified_at = now(), "
        "identified_until = now() + make_interval(secs => %s), updated_at = now() WHERE id = %s",
        (customer_id, name, first_name, auth_level, verified_order_id, proof, 3600 * hours, conversation_id),
    )


async def set_locale(connection: Connection, conversation_id: UUID, locale: str, locale_by: LocaleBy) -> None:
    await connection.execute(
        "UPDATE conversations SET locale = %s, locale_by = %s WHERE id = %s", (locale, locale_by, conversation_id)
    )


async def remembered_locale(connection: Connection, conversation_id: UUID, customer_id: str) -> str | None:
    """That of the customer's latest other conversation in which they, and not only the page, said it.

    None once they have written something in this one: that counts more.
    """
    row = await fetch_one(
        connection,
        "SELECT locale FROM conversations WHERE customer_id = %s AND id <> %s AND locale_by <> 'page' AND NOT EXISTS "
        "(SELECT FROM events WHERE conversation_id = %s AND author = 'customer') ORDER BY updated_at DESC LIMIT 1",
        customer_id,
        conversation_id,
        conversation_id,
    )
    return row["locale"] if row else None


async def last_source(connection: Connection, conversation_id: UUID) -> dict[str, str]:
    """What the bot's latest message was made from; empty where it has said nothing."""
    row = await fetch_one(
        connection,
        "SELECT body->'source' AS source FROM events WHERE conversation_id = %s AND author = 'bot' "
        "AND type = 'message' ORDER BY seq DESC LIMIT 1",
        conversation_id,
    )
    return dict(row["source"] or {}) if row else {}


async def proved_again(connection: Connection, conversation_id: UUID, *, hours: float) -> None:
    await connection.execute(
        "UPDATE conversations SET proof = 'code', identified_at = now(), "
        "identified_until = greatest(identified_until, now() + make_interval(secs => %s)) WHERE id = %s",
        (3600 * hours, conversation_id),
    )


async def seen_again(connection: Connection, conversation_id: UUID, *, hours: float) -> None:
    """Whoever is known is known for longer; the proof and its age stay."""
    await connection.execute(
        "UPDATE conversations SET identified_until = greatest(identified_until, now() + make_interval(secs => %s))"
        " WHERE id = %s",
        (3600 * hours, conversation_id),
    )


async def log_out(connection: Connection, conversation_id: UUID) -> None:
    await connection.execute(
        "UPDATE conversations SET identified_until = now() WHERE id = %s AND identified_until > now()",
        (conversation_id,),
    )


async def issued_button_title(connection: Connection, conversation_id: UUID, payload: str) -> str | None:
    """The title under which the assistant last offered this payload in this conversation."""
    row = await fetch_one(
        connection,
        """
        SELECT button ->> 'title' AS title
        FROM events, jsonb_array_elements(body -> 'buttons') AS button
        WHERE conversation_id = %s AND type = 'message' AND author = 'bot' AND button ->> 'payload' = %s
        ORDER BY seq DESC LIMIT 1
        """,
        conversation_id,
        payload,
    )
    return row["title"] if row else None


async def summaries(connection: Connection, conversation_ids: list[UUID]) -> list[Summary]:
    rows = await fetch_all(
        connection,
        f"""
        SELECT {COLUMNS}, said.text AS said_text, spoke.author AS spoke_author, spoke.at AS spoke_at FROM conversations
        LEFT JOIN LATERAL (SELECT body ->> 'text' AS text FROM events WHERE conversation_id = conversations.id
            AND type = 'message' AND author = 'customer' ORDER BY seq DESC LIMIT 1) said ON true
        LEFT JOIN LATERAL (SELECT author, at FROM events WHERE conversation_id = conversations.id
            AND type = 'message' AND author IN ('customer', 'advisor') ORDER BY seq DESC LIMIT 1) spoke ON true
        WHERE id = ANY(%s)
        """,  # noqa: S608 - constants only
        conversation_ids,
    )
    return [
        Summary(row.pop("said_text"), row.pop("spoke_author"), row.pop("spoke_at"), to_conversation(row))
        for row in rows
    ]
