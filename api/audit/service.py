from typing import Any
from uuid import UUID

from api.audit import repository
from api.audit.models import Actor, Entry
from common.database import Connection


async def record(
    connection: Connection,
    *,
    actor: Actor,
    action: str,
    outcome: str,
    actor_id: str | None = None,
    conversation_id: UUID | None = None,
    subject: str | None = None,
    evidence: dict[str, Any] | None = None,
) -> None:
    """In the transaction of what it tells of. `evidence` holds ids, kinds and times; never what somebody wrote."""
    await repository.insert(
        connection,
        actor=actor,
        actor_id=actor_id,
        action=action,
        conversation_id=conversation_id,
        subject=subject,
        outcome=outcome,
        evidence=evidence or {},
    )


async def entries(
    connection: Connection,
    *,
    before: int | None = None,
    limit: int = 100,
    conversation_id: UUID | None = None,
    actor_id: str | None = None,
    action: str | None = None,
) -> list[Entry]:
    """The latest first; of one conversation, one person, one action, as wanted."""
    return await repository.latest(
        connection, before=before, limit=limit, conversation_id=conversation_id, actor_id=actor_id, action=action
    )
