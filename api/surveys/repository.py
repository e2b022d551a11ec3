from uuid import UUID

from api.surveys.models import Feedback, Kind, Survey
from common.database import Connection, fetch_one


async def get(connection: Connection, conversation_id: UUID, kind: Kind, ref: int) -> Feedback | None:
    row = await fetch_one(
        connection,
        "SELECT kind, score, comment, ref FROM feedback WHERE conversation_id = %s AND kind = %s AND ref = %s",
        conversation_id,
        kind,
        ref,
    )
    return Feedback(Kind(row["kind"]), row["score"], row["comment"], row["ref"]) if row else None


async def put(connection: Connection, conversation_id: UUID, feedback: Feedback) -> None:
    """What was said of the same before is replaced."""
    await connection.execute(
        """
        INSERT INTO feedback (conversation_id, kind, ref, score, comment) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (conversation_id, kind, ref)
        DO UPDATE SET score = excluded.score, comment = excluded.comment, given_at = now()
        """,
        (conversation_id, feedback.kind, feedback.ref, feedback.score, feedback.comment),
    )


async def is_faq_answer(connection: Connection, conversation_id: UUID, seq: int) -> bool:
    row = await fetch_one(
        connection,
        "SELECT FROM events WHERE conversation_id = %s AND seq = %s AND type = 'message' AND author = 'bot' "
        "AND body -> 'source' ->> 'kind' = 'faq'",
        conversation_id,
        seq,
    )
    return row is not None


async def survey(connection: Connection, conversation_id: UUID) -> Survey | None:
    row = await fetch_one(
        connection,
        "SELECT seq, kind, dismissed_at IS NOT NULL AS dismissed FROM surveys WHERE conversation_id = %s",
        conversation_id,
    )
    return Survey(row["seq"], Kind(row["kind"]), row["dismissed"]) if row else None


async def insert_survey(connection: Connection, conversation_id: UUID, seq: int, kind: Kind) -> None:
    await connection.execute(
        "INSERT INTO surveys (conversation_id, seq, kind) VALUES (%s, %s, %s)", (conversation_id, seq, kind)
    )


async def dismiss(connection: Connection, conversation_id: UUID) -> None:
    await connection.execute(
        "UPDATE surveys SET dismissed_at = now() WHERE conversation_id = %s AND dismissed_at IS NULL",
        (conversation_id,),
    )


async def messages_of_customer(connection: Connection, conversation_id: UUID) -> int:
    row = await fetch_one(
        connection,
        "SELECT count(*) AS number FROM events WHERE conversation_id = %s AND type = 'message' AND author = 'customer'",
        conversation_id,
    )
    return int(row["number"]) if row else 0
