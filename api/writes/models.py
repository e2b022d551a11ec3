from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.conversations.models import AuthLevel
from backends.writes import Write

State = Literal["open", "done", "refused", "given_up"]


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom the shop was asked, and is asked again."""

    customer_id: str
    auth_level: AuthLevel
    verified_order_id: str | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A write that a customer said yes to in the turn `message_id`. `attempts`: to find out what became of it."""

    key: str
    conversation_id: UUID
    message_id: UUID
    write: Write
    facts: str
    identity: Identity
    confirmed_at: datetime
    attempts: int = 0


class Report(BaseModel):
    """What the action server says became of a write, with the message that tells the customer."""

    key: str = Field(max_length=200)
    outcome: Literal["done", "refused"]
    number: str = Field("", max_length=200)
    code: str = Field("", max_length=100)
