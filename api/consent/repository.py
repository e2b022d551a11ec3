from uuid import UUID

from psycopg.rows import DictRow

from api.consent.models import Consent, Purpose
from api.conversations.models import Conversation
from common.database import Connection, fetch_all, fetch_one

COLUMNS = (
    "id, conversation_id, customer_id, purpose, channel, wording, version, seq, asked_at, given, decided_at, "
    "withdrawn_at"
)
# Of whoever writes in a conversation: what was asked there, and what the same customer was asked elsewhere.
THEIRS = "(conversation_id = %s OR customer_id = %s::text)"


def to_consent(row: DictRow) -> Consent:
    return Consent(**{**row, "purpose": Purpose(row["purpose"])})


async def of(connection: Connection, conversation: Conversation) -> list[Consent]:
    """The latest decision first, for each purpose."""
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM consents WHERE {THEIRS}"  # noqa: S608 - constants only
        " ORDER BY greatest(decided_at, withdrawn_at) DESC NULLS LAST, id DESC",
        conversation.id,
        conversation.customer_id,
    )
    return [to_consent(row) for row in rows]


async def insert(
    connection: Connection, conversation: Conversation, purpose: Purpose, *, wording: str, version: str
) -> int | None:
    """None if the customer was asked in the meantime, here or in another conversation."""
    row = await fetch_one(
        connection,
        "INSERT INTO consents (conversation_id, customer_id, purpose, channel, wording, version)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        *(conversation.id, conversation.customer_id, purpose, conversation.channel, wording, version),
    )
    return int(row["id"]) if row else None


async def asked(connection: Connection, consent_id: int, seq: int) -> None:
    await connection.execute("UPDATE consents SET seq = %s WHERE id = %s", (seq, consent_id))


async def give(connection: Connection, consent_id: int, channel: str, *, by_known: bool) -> None:
    """A yes of somebody who is not known holds in the conversation only."""
    await connection.execute(
        "UPDATE consents SET given = true, decided_at = clock_timestamp(), withdrawn_at = NULL, channel = %s,"
        " customer_id = CASE WHEN %s THEN customer_id END WHERE id = %s",
        (channel, by_known, consent_id),
    )


async def refuse(
    connection: Connection, *, conversation_id: UUID | None, customer_id: str | None, purpose: Purpose | None
) -> list[Consent]:
    """Decline what is open and withdraw what was given; of every purpose where none is named. What has changed."""
    rows = await fetch_all(
        connection,
        "UPDATE consents SET given = coalesce(given, false),"  # noqa: S608 - constants only
        " withdrawn_at = CASE WHEN given THEN clock_timestamp() END,"
        " decided_at = coalesce(decided_at, clock_timestamp())"
        f" WHERE {THEIRS} AND purpose = coalesce(%s, purpose)"
        f" AND (given IS NULL OR (given AND withdrawn_at IS NULL)) RETURNING {COLUMNS}",
        *(conversation_id, customer_id, purpose),
    )
    return [to_consent(row) for row in rows]


async def spoken_since(connection: Connection, conversation_id: UUID, seq: int) -> bool:
    row = await fetch_one(
        connection,
        "SELECT EXISTS (SELECT FROM events WHERE conversation_id = %s AND seq > %s AND author = 'customer') AS found",
        conversation_id,
        seq,
    )
    return bool(row and row["found"])


async def given(connection: Connection, purpose: Purpose, *, after: int, limit: int) -> list[Consent]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM consents WHERE purpose = %s AND given AND withdrawn_at IS NULL"  # noqa: S608 - constants only
        " AND customer_id IS NOT NULL AND id > %s ORDER BY id LIMIT %s",
        *(purpose, after, limit),
    )
    return [to_consent(row) for row in rows]
