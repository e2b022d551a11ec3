from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Handoff:
    """One wish for a person, from the request to its end.

    `kept_at` is set where the customer went on with the bot and the wish still waits. `rank_at` is the place in line
    (`routing.py`), `known_to` the advisor who served this customer in this conversation before, `left_at` when an
    advisor disappeared from it. `email`: where answers go beside the conversation; `awaits`: what the customer was
    asked for.
    """

    id: int
    conversation_id: UUID
    reason: str
    skill: str
    summary: str
    requested_at: datetime
    rank_at: datetime
    kept_at: datetime | None = None
    advisor_id: UUID | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    known_to: UUID | None = None
    left_at: datetime | None = None
    told_position: int | None = None
    awaits: str | None = None
    email: str | None = None
    tier: str | None = None

    @property
    def reference(self) -> str:
        return f"AC-{100_000 + self.id}"
