from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

FIRST_REFERENCE = 100_000


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who answers at another desk than ours. `id` is theirs, with the desk's name before it: `helpdesk:7`."""

    id: str
    first_name: str


@dataclass(frozen=True, slots=True)
class Handoff:
    """One wish for a person, from the request to its end.

    `kept_at` is set where the customer went on with the bot and the wish still waits. `rank_at` is the place in line
    (`routing.py`), `known_to` the advisor who served this customer in this conversation before, `left_at` when an
    advisor disappeared from it. `agent`, in place of `advisor_id`: who has it at another desk. `email`: where answers
    go beside the conversation; `awaits`: what the customer was asked for. `outcome`, once it is closed:
    `withdrawn`, `returned` or `resolved`.
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
    agent: str | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    known_to: UUID | None = None
    left_at: datetime | None = None
    told_position: int | None = None
    awaits: str | None = None
    email: str | None = None
    tier: str | None = None
    outcome: str | None = None

    @property
    def reference(self) -> str:
        return reference_of(self.id)

    @property
    def dealt_with(self) -> bool:
        """People have closed it; who only stopped waiting was not served."""
        return self.closed_at is not None and self.outcome != "withdrawn"


def reference_of(handoff_id: int) -> str:
    return f"AC-{FIRST_REFERENCE + handoff_id}"


def handoff_id_of(reference: str) -> int:
    """`AC-100023` → 23. Raises ValueError for what is no reference."""
    kind, _, number = reference.partition("-")
    if kind != "AC":
        raise ValueError(f"{reference!r} is not a reference")
    return int(number) - FIRST_REFERENCE
