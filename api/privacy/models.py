from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Kind = Literal["access", "erase"]
Outcome = Literal["done", "declined"]
# Table → its rows as they are stored, hashes and secrets left out.
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Request:
    reference: str
    conversation_id: UUID
    customer_id: str
    kind: Kind
    requested_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Export:
    """Everything that is kept: `conversations` by id, with what the assistant's dialogue engine keeps of each."""

    conversations: dict[UUID, Rows]
    trackers: dict[UUID, list[Any]]
    audit: list[dict[str, Any]]
