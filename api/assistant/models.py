from dataclasses import dataclass
from typing import Literal
from uuid import UUID

TurnKind = Literal["text", "payload", "code"]
Outcome = Literal["answered", "silent", "failed", "dropped"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A customer message that is in the database."""

    message_id: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What the assistant owes an answer to. `attempts` counts how often it was taken up, this time included."""

    message_id: UUID
    conversation_id: UUID
    kind: TurnKind
    content: str
    client: str
    attempts: int
