import asyncio

import structlog

from api.consent.models import Purpose
from api.consent.service import ConsentService
from api.conversations.errors import UnknownConversation
from api.conversations.models import Conversation, State
from api.conversations.service import DATABASE_TROUBLE, ConversationService
from api.followups import repository
from api.followups.repository import FollowUp
from api.handoff.models import Handoff
from api.handoff.ports import Post
from api.handoff.service import HandoffService
from api.handoff.states import Reason
from api.handoff.voice import EMAIL
from api.texts import apology
from common.database import Connection

log = structlog.get_logger(__name__)

POLL_SECONDS = 30.0
AT_ONCE = 50


class FollowUps:
    """Some days after people dealt with a complaint the customer is asked whether all is well, if they agreed to it.

    Answers to what customers asked for are none: what became of a write, of a request about their data, or what an
    advisor writes to the address that was left for it. They are sent without asking, because the customer did ask.
    """

    def __init__(
        self,
        conversations: ConversationService,
        consent: ConsentService,
        handoff: HandoffService,
        post: Post | None,
        *,
        days: float,
    ) -> None:
        """`post`: brings it to the e-mail address that was left, too. `days`: 0 for no follow-ups."""
        self._conversations = conversations
        self._consent = consent
        self._handoff = handoff
        self._post = post
        self._days = days

    async def ended(self, connection: Connection, conversation: Conversation) -> None:
        """Plan one where a complaint was dealt with; without a decision of the customer, ask for it."""
        handoff = await self._handoff.latest(connection, conversation.id)
        if not self._days or handoff is None or handoff.reason != Reason.COMPLAINT or handoff.closed_at is None:
            return
        if await self._consent.allows(connection, conversation, Purpose.FOLLOW_UP):
            await repository.plan(connection, handoff.id, conversation.id, days=self._days)
        else:
            await self._consent.ask(connection, conversation, Purpose.FOLLOW_UP)

    async def run(self) -> None:
        while True:
            try:
                await self.send_due()
            except DATABASE_TROUBLE as error:
                log.warning("follow_ups_interrupted", error=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def send_due(self) -> None:
        async with self._conversations.reading() as connection:
            due = await repository.due(connection, limit=AT_ONCE)
        for each in due:
            try:
                await self._send(each)
            except UnknownConversation:
                continue  # erased in the meantime, and this with it

    async def _send(self, follow_up: FollowUp) -> None:
        """Told and marked in one transaction: once, whichever process dies."""
        async with self._conversations.transaction() as connection:
            conversation = await self._conversations.lock(connection, follow_up.conversation_id)
            handoff = await self._wanted(connection, conversation, follow_up)
            if not await repository.finish(connection, follow_up.handoff_id, "sent" if handoff else "dropped"):
                return
            if handoff:
                await self._say(connection, handoff)

    async def _wanted(self, connection: Connection, conversation: Conversation, follow_up: FollowUp) -> Handoff | None:
        """None when the customer has withdrawn, or has talked to people again since, or does so now."""
        handoff = await self._handoff.latest(connection, conversation.id)
        if handoff is None or handoff.id != follow_up.handoff_id or handoff.closed_at is None:
            return None
        if conversation.state not in (State.BOT, State.RESOLVED):
            return None
        return handoff if await self._consent.allows(connection, conversation, Purpose.FOLLOW_UP) else None

    async def _say(self, connection: Connection, handoff: Handoff) -> None:
        body = apology("follow_up_complaint")
        body["text"] = body["text"].format(reference=handoff.reference)
        event = await self._conversations.append(
            connection, handoff.conversation_id, type="message", author="bot", body=body
        )
        if self._post and handoff.email:
            await self._post.enqueue(connection, handoff.conversation_id, event, EMAIL, handoff.email)
