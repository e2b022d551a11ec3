from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Handoff:
    """One wish for a person, from the request to its end.

    `kept_at` is set where the customer went on with the bot because nobody was on duty: the wish still waits.
    """

    id: int
    conversation_id: UUID
    reason: str
    skill: str
    summary: str
    requested_at: datetime
    kept_at: datetime | None = None
    advisor_id: UUID | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def reference(self) -> str:
        return f"AC-{100_000 + self.id}"
