from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.assistant.text import MAX_TEXT

Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
CustomerToken = Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class NewConversation(BaseModel):
    """`customer_token` is the retailer's signed token for a customer who is logged in."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel = "web"
    locale: Locale = "en"
    customer_token: CustomerToken | None = None


class Created(BaseModel):
    """`token` opens this conversation: send it as `Authorization: Bearer`, never in a URL."""

    id: UUID
    token: str
    expires_at: datetime
    locale: str
    language: str = Field(description="In which the customer is answered, until an event says another one.")
    greeting: str
    ai_disclosure: str
    photos: bool = Field(description="Whether photos may be sent.")


class NewMessage(BaseModel):
    """Either what the customer typed, or the payload of a button that the assistant offered in this conversation."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(max_length=2 * MAX_TEXT)] | None = None
    payload: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.text is None) == (self.payload is None):
            raise ValueError("give either text or payload")
        return self


class MessageAccepted(BaseModel):
    """The message is stored and will be answered; `seq` is its place in the conversation."""

    message_id: UUID
    seq: int


class EventOut(BaseModel):
    """`type` says which further members there are: a message has `text` and, from the bot, buttons, cards, source.

    `rich` says the same as `text` in paragraphs and lists, where an FAQ answer uses them.

    `language`: in which the conversation goes on from here, of messages that answer and of hand-offs.

    A typing event is not stored: its `seq` is the number that the reader was at.
    """

    model_config = ConfigDict(extra="allow")

    seq: int
    type: Literal["message", "typing", "handoff", "survey", "status", "consent"]
    author: Literal["customer", "bot", "advisor", "system"]
    at: datetime
    text: str | None = None
    rich: list[dict[str, Any]] | None = None
    language: str | None = None
    message_id: UUID | None = None
    in_reply_to: UUID | None = None
    answers: list[UUID] | None = None
    buttons: list[dict[str, Any]] | None = None
    cards: list[dict[str, Any]] | None = None
    source: dict[str, Any] | None = None


class EventPage(BaseModel):
    """`next` is the `after` of the next call."""

    events: list[EventOut]
    next: int


class Identify(BaseModel):
    model_config = ConfigDict(extra="forbid")

    customer_token: CustomerToken


class Identity(BaseModel):
    auth_level: Literal["anonymous", "guest", "customer"]
    first_name: str | None
    language: str = Field(description="In which the customer is answered from now on.")


class WriteLater(BaseModel):
    model_config = ConfigDict(extra="forbid")

    email: Annotated[str, StringConstraints(max_length=254, strip_whitespace=True)] | None = None


class ConversationState(BaseModel):
    state: Literal["bot", "queued", "assigned", "resolved"]


class ProblemDocument(BaseModel):
    """RFC 9457; `code` is the machine-readable kind."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
