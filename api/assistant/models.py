from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.conversations.models import Conversation

TurnKind = Literal["text", "payload", "code"]
Outcome = Literal["answered", "silent", "failed", "dropped"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A customer message that is in the database."""

    message_id: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class Found:
    """The conversation when a turn begins; `returned`: people had it since the assistant answered last."""

    conversation: Conversation
    returned: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What the assistant owes one answer to: a message, or several texts that came while it was busy.

    `message_id` and `seq` are the last one's, `content` the texts joined by newlines. `attempts` counts how often
    the turn was taken up, this time included; it consists of the same messages each time. `found`: of one that begins
    in the moment in which its message was taken in.
    """

    message_id: UUID
    conversation_id: UUID
    seq: int
    kind: TurnKind
    content: str
    client: str
    attempts: int
    messages: tuple[UUID, ...]
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What nobody has answered yet, in all processes; `oldest` is the age in seconds of the first of it.

    `now`: seconds since 1970 by the database's clock.
    """

    messages: int
    oldest: float
    now: float


class Candidate(BaseModel):
    entry: str
    version: int
    probability: float


class Asked(BaseModel):
    """What became of a question for the FAQ; `entry` is the one that the customer chose."""

    outcome: Literal["answered", "clarified", "unknown", "not_understood", "chosen", "rejected"]
    entry: str | None = None
    candidates: list[Candidate] = Field(default_factory=list)
