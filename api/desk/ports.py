from typing import Protocol
from uuid import UUID

from api.conversations.models import Event
from common.database import Connection


class Post(Protocol):
    """The outbox, as the desk uses it."""

    async def enqueue(
        self, connection: Connection, conversation_id: UUID, event: Event, channel: str, address: str
    ) -> object:
        """Have the event's text delivered once the caller's transaction has committed."""
