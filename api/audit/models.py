from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Actor = Literal["customer", "staff", "system"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what, how it ended, and on what evidence it was allowed."""

    id: int
    at: datetime
    actor: Actor
    actor_id: str | None
    action: str
    conversation_id: UUID | None
    subject: str | None
    outcome: str
    evidence: dict[str, Any]
