"""What the hand-off needs of the place where people answer, and of the post."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from api.conversations.models import Event
from api.handoff.models import Handoff
from common.database import Connection

# Told in the same transaction: of a conversation that people have closed, of a wish that they have closed while the
# customer goes on with the assistant, and of a complaint, with the time that the customer was told to expect an answer.
Resolved = Callable[[Connection, UUID], Awaitable[None]]
DealtWith = Callable[[Connection, Handoff], Awaitable[None]]
Complained = Callable[[Connection, Handoff, datetime | None], Awaitable[None]]


class Desk(Protocol):
    """Where people answer customers. `events` are what has just been added to the conversation's log.

    Everything is called in the transaction that adds the event: it must not wait for another system, so whatever has to
    leave is written to the outbox. What people do there comes back through `HandoffService` and `AgentService`.
    """

    @property
    def live(self) -> bool:
        """Whether people serve a line there: who is present is known, and a customer has a place in it.

        If not, a wish is recorded, and somebody answers it when they get to it.
        """

    async def queued(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        """A customer asks for a person, perhaps once more with the same wish after going on with the assistant."""

    async def said(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        """The customer wrote something that is meant for people."""

    async def left(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        """The customer goes on with the assistant; the wish itself stays open unless `handoff.closed_at` is set."""


class Post(Protocol):
    """The outbox, as a desk uses it."""

    async def enqueue(
        self, connection: Connection, conversation_id: UUID, event: Event, channel: str, address: str
    ) -> object:
        """Have the event delivered once the caller's transaction has committed. Repeatable."""
