from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.outbox.ports import OutboundMessage


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this process holds the lease of."""

    id: UUID
    attempts: int
    message: OutboundMessage


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What could not be delivered and is not tried again by itself."""

    id: UUID
    conversation_id: UUID
    seq: int
    channel: str
    address: str
    attempts: int
    problem: str | None
    created_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    channel: str
    pending: int
    dead: int
