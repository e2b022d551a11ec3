"""What the assistant needs of other domains."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol
from uuid import UUID

from api.assistant.models import Asked, Turn
from api.conversations.models import Conversation, Event
from common.database import Connection

Reason = Literal[
    "customer_request",
    "missing_knowledge",
    "unsupported_request",
    "policy_restriction",
    "tool_failure",
    "misunderstanding",
    "complaint",
    "sensitive",
]
Skill = Literal["orders", "returns", "refunds", "loyalty", "general"]

# Told in the transaction in which the assistant considers the conversation settled.
Ended = Callable[[Connection, UUID], Awaitable[None]]


class Insight(Protocol):
    async def heard(
        self,
        connection: Connection,
        conversation: Conversation,
        turn: Turn,
        question: Asked | None,
        said: Sequence[Event],
    ) -> None:
        """What a turn answered, in the transaction that stores it: `said` are the bot's messages."""


class Handoff(Protocol):
    async def request(
        self, connection: Connection, conversation_id: UUID, *, reason: Reason, skill: Skill, summary: str
    ) -> None:
        """Move the conversation from the bot to the queue, in the caller's transaction.

        Appends the events that tell the customer. Nothing happens when the conversation is with people already.
        """

    async def heard(self, connection: Connection, conversation: Conversation, event: Event) -> None:
        """What the customer writes to people; while waiting it may be an address that was asked for."""

    async def left_address(self, connection: Connection, conversation: Conversation, event: Event) -> bool:
        """Whether the message is for people after all: the address that a customer was just asked for."""

    async def reopen(self, connection: Connection, conversation_id: UUID) -> None:
        """The customer wrote after the end: a resolved conversation is the bot's again."""

    async def withdraw(self, connection: Connection, conversation_id: UUID) -> None:
        """The customer goes on with the bot instead of waiting. Raises a 409 Problem when nobody is waited for."""


class Answers(Protocol):
    async def take(self, connection: Connection, conversation: Conversation, payload: str) -> bool:
        """Whether the button that was pressed answers a question of the gateway's own; then that is dealt with."""
