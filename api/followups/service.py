import asyncio

import structlog

from api.complaints.answers import question
from api.complaints.days import asked_at
from api.complaints.models import Complaint
from api.complaints.service import ComplaintService
from api.consent.models import Purpose
from api.consent.service import ConsentService
from api.conversations.errors import UnknownConversation
from api.conversations.models import Conversation, State
from api.conversations.service import DATABASE_TROUBLE, ConversationService
from api.followups import repository
from api.followups.repository import FollowUp
from api.handoff.ports import Post
from api.handoff.service import HandoffService
from api.handoff.voice import EMAIL
from api.languages.service import Languages
from api.texts import apology
from common.database import Connection

log = structlog.get_logger(__name__)

POLL_SECONDS = 30.0
AT_ONCE = 50


class FollowUps:
    """After people dealt with a complaint the customer is asked whether all is well, if they agreed to be asked.

    Where something was agreed it is asked on the day after whether that was kept; else some days later.

    Answers to what customers asked for are none: what became of a write, of a request about their data, or what an
    advisor writes to the address that was left for it. They are sent without asking, because the customer did ask.
    """

    def __init__(
        self,
        conversations: ConversationService,
        consent: ConsentService,
        handoff: HandoffService,
        complaints: ComplaintService,
        languages: Languages,
        *,
        post: Post | None,
        days: float,
    ) -> None:
        """`post`: brings it to the e-mail address that was left, too. `days`: 0 for no follow-ups."""
        self._conversations = conversations
        self._consent = consent
        self._handoff = handoff
        self._complaints = complaints
        self._languages = languages
        self._post = post
        self._days = days

    async def ended(self, connection: Connection, conversation: Conversation) -> None:
        """Plan one where a complaint was dealt with; without a decision of the customer, ask for it."""
        handoff = await self._handoff.latest(connection, conversation.id)
        if handoff is None or not handoff.dealt_with:
            return
        complaint = await self._complaints.of(connection, handoff.id)
        if complaint:
            await self._plan(connection, conversation, complaint)

    async def agreed(self, connection: Connection, conversation: Conversation, complaint: Complaint) -> None:
        """Something was agreed on, or something else than before, when people had closed the matter already."""
        await repository.forget(connection, complaint.handoff_id)
        await self._plan(connection, conversation, complaint)

    async def _plan(self, connection: Connection, conversation: Conversation, complaint: Complaint) -> None:
        if not self._days:
            return
        if await self._consent.allows(connection, conversation, Purpose.FOLLOW_UP):
            at = asked_at(complaint.due_on, self._complaints.zone) if complaint.due_on else None
            await repository.plan(connection, complaint.handoff_id, conversation.id, days=self._days, at=at)
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
            complaint = await self._wanted(connection, conversation, follow_up)
            if not await repository.finish(connection, follow_up.handoff_id, "sent" if complaint else "dropped"):
                return
            if complaint:
                await self._say(connection, complaint, self._languages.of(conversation.locale))

    async def _wanted(
        self, connection: Connection, conversation: Conversation, follow_up: FollowUp
    ) -> Complaint | None:
        """None when the customer has withdrawn, or talks to people now; or has told them since whether all is well.

        What was agreed stays agreed, whatever else was talked about since.
        """
        if conversation.state not in (State.BOT, State.RESOLVED):
            return None
        if not await self._consent.allows(connection, conversation, Purpose.FOLLOW_UP):
            return None
        complaint = await self._complaints.of(connection, follow_up.handoff_id)
        if complaint is None or complaint.agreed:
            return complaint if complaint and complaint.pending else None
        handoff = await self._handoff.latest(connection, conversation.id)
        return complaint if handoff and handoff.id == follow_up.handoff_id and handoff.closed_at else None

    async def _say(self, connection: Connection, complaint: Complaint, language: str) -> None:
        if complaint.agreed:
            body = question(complaint, self._complaints.values(complaint, language), language)
        else:
            body = apology("follow_up_complaint", language)
            body["text"] = body["text"].format(reference=complaint.reference)
        event = await self._conversations.append(
            connection, complaint.conversation_id, type="message", author="bot", body=body
        )
        email = await self._handoff.email_of(connection, complaint.conversation_id)
        if self._post and email:
            await self._post.enqueue(connection, complaint.conversation_id, event, EMAIL, email)
