from uuid import UUID

from api.consent.models import Purpose
from api.consent.service import ConsentService
from api.conversations.models import Conversation
from api.conversations.service import ConversationService
from api.followups.service import FollowUps
from api.handoff.models import Handoff
from api.surveys.service import SurveyService
from common.database import Connection


class Endings:
    """What comes after a conversation, and what of it waits for the customer's yes. One question at a time."""

    def __init__(
        self,
        conversations: ConversationService,
        consent: ConsentService,
        follow_ups: FollowUps,
        surveys: SurveyService,
        *,
        marketing: bool,
    ) -> None:
        """`marketing`: the shop wants to know who agrees to its news and offers."""
        self._conversations = conversations
        self._consent = consent
        self._follow_ups = follow_ups
        self._surveys = surveys
        self._marketing = marketing

    async def ended(self, connection: Connection, conversation_id: UUID) -> None:
        """It is resolved or closed, in the same transaction."""
        conversation = await self._conversations.lock(connection, conversation_id)
        await self._follow_ups.ended(connection, conversation)
        await self._surveys.ended(connection, conversation_id)
        if self._marketing:
            await self._consent.ask(connection, conversation, Purpose.MARKETING)

    async def dealt_with(self, connection: Connection, handoff: Handoff) -> None:
        """People have closed what they were asked for, and the customer goes on with the assistant."""
        conversation = await self._conversations.lock(connection, handoff.conversation_id)
        await self._follow_ups.ended(connection, conversation)

    async def agreed(self, connection: Connection, conversation: Conversation, purpose: Purpose) -> None:
        """The customer has just said yes: what waited for it goes on."""
        if purpose is Purpose.FOLLOW_UP:
            await self._follow_ups.ended(connection, conversation)
        elif purpose is Purpose.SURVEY:
            await self._surveys.ended(connection, conversation.id)
