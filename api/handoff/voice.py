from api.conversations.models import Event
from api.conversations.service import ConversationService
from api.handoff.models import Handoff
from api.handoff.ports import Post
from common.database import Connection

EMAIL = "email"  # the outbox's channel


class Voice:
    """Says what a person answers: in the conversation, and by e-mail to a customer who left an address."""

    def __init__(self, conversations: ConversationService, post: Post | None) -> None:
        self._conversations = conversations
        self._post = post

    async def say(self, connection: Connection, handoff: Handoff, first_name: str, text: str) -> Event:
        event = await self._conversations.append(
            connection,
            handoff.conversation_id,
            type="message",
            author="advisor",
            body={"text": text, "advisor": first_name},
        )
        if self._post and handoff.email:
            await self._post.enqueue(connection, handoff.conversation_id, event, EMAIL, handoff.email)
        return event
