from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from api.audit import service as audit
from api.complaints import repository
from api.complaints.errors import InvalidAgreement, NothingAgreed, UnknownComplaint
from api.complaints.models import Complaint, Progress
from api.conversations.models import Conversation, State
from api.conversations.service import ConversationService
from api.handoff.models import Handoff
from api.handoff.ports import Post
from api.handoff.service import HandoffService, NotYours, utc_now
from api.handoff.voice import EMAIL
from api.languages.days import spoken
from api.languages.service import Languages
from api.staff.models import Staff
from api.texts import promise
from common.database import Connection

LONGEST = 500
FARTHEST = timedelta(days=366)

Agreed = Callable[[Connection, Conversation, Complaint], Awaitable[None]]


class ComplaintService:
    """What was agreed with customers who complained, and by when. On the caller's connection."""

    def __init__(
        self,
        conversations: ConversationService,
        handoff: HandoffService,
        languages: Languages,
        zone: ZoneInfo,
        *,
        post: Post | None = None,
        agreed: Agreed | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`zone`: of the desk. `post`: brings it to the e-mail address that was left, too.

        `agreed` is told, in the same transaction, of what is agreed on after people had closed the matter.
        """
        self._conversations = conversations
        self._handoff = handoff
        self._languages = languages
        self._post = post
        self._agreed = agreed
        self._clock = clock
        self.zone = zone

    @property
    def today(self) -> date:
        return self._clock().astimezone(self.zone).date()

    async def recorded(self, connection: Connection, handoff: Handoff, answer_by: datetime | None) -> None:
        """Somebody complains to people; `answer_by`: what they were told, where nobody was at the desk."""
        await repository.record(connection, handoff.id, handoff.conversation_id, answer_by=answer_by)

    async def of(self, connection: Connection, handoff_id: int) -> Complaint | None:
        return await repository.get(connection, handoff_id)

    async def latest(self, connection: Connection, conversation_id: UUID) -> Complaint | None:
        return await repository.latest(connection, conversation_id)

    async def due(self, connection: Connection, *, limit: int = 100) -> list[Complaint]:
        """What was agreed for today or earlier and is not done, the longest due first."""
        return await repository.due(connection, until=self.today, limit=limit)

    async def agree(
        self, connection: Connection, advisor: Staff, handoff_id: int, *, agreed: str, due_on: date
    ) -> Complaint:
        """Keep it and tell the customer; the same again tells nothing. Whatever it was about becomes a complaint.

        While people have the conversation this is for the advisor whose it is. Raises InvalidAgreement,
        UnknownComplaint, NotYours.
        """
        agreed = self._checked(agreed, due_on)
        conversation, handoff = await self._locked(connection, handoff_id)
        mine = conversation.state is State.ASSIGNED and conversation.advisor_id == str(advisor.id)
        if not mine and not (handoff.closed_at and conversation.state in (State.BOT, State.RESOLVED)):
            raise NotYours
        before = await repository.get(connection, handoff.id)
        if before and before.state is Progress.AGREED and (before.agreed, before.due_on) == (agreed, due_on):
            return before
        complaint = await repository.agree(connection, handoff.id, conversation.id, agreed=agreed, due_on=due_on)
        template = "complaint_changed" if before and before.agreed else "complaint_agreed"
        language = self._languages.of(conversation.locale)
        said = promise(template, language, **self.values(complaint, language))
        await self._tell(connection, handoff, complaint, said, advisor.first_name if mine else None)
        await self._note(connection, advisor, complaint, "agreed")
        if handoff.closed_at and self._agreed:
            await self._agreed(connection, conversation, complaint)
        return complaint

    async def done(self, connection: Connection, advisor: Staff, handoff_id: int) -> Complaint:
        """An advisor has seen to it. Repeatable. Raises UnknownComplaint, NothingAgreed."""
        await self._locked(connection, handoff_id)
        complaint = await repository.get(connection, handoff_id)
        if complaint is None or complaint.state is Progress.OPEN:
            raise NothingAgreed
        if complaint.state is Progress.AGREED:
            await repository.set_state(connection, handoff_id, Progress.DONE)
            await self._note(connection, advisor, complaint, "done")
        found = await repository.get(connection, handoff_id)
        assert found is not None, "its conversation is locked"
        return found

    async def heard(self, connection: Connection, complaint: Complaint, outcome: Progress) -> None:
        """What the customer says became of it. The caller has the lock."""
        await repository.set_state(connection, complaint.handoff_id, outcome)
        await audit.record(
            connection,
            actor="customer",
            action="complaint.answer",
            conversation_id=complaint.conversation_id,
            subject=complaint.reference,
            outcome=outcome,
        )

    def values(self, complaint: Complaint, language: str = "") -> dict[str, str]:
        """What templates say of an agreement; the day in the language."""
        assert complaint.due_on is not None, "there is something agreed"
        agreed, day = complaint.agreed or "", spoken(complaint.due_on, self.today, language)
        return {"reference": complaint.reference, "agreed": agreed, "day": day}

    def _checked(self, agreed: str, due_on: date) -> str:
        """In one line, without the full stop: the sentence goes on with the day."""
        agreed = " ".join(agreed.replace("\x00", " ").split()).rstrip(".")
        if not 0 < len(agreed) <= LONGEST:
            raise InvalidAgreement(f"Say what is agreed, in 1 to {LONGEST} characters.")
        if not self.today <= due_on <= self.today + FARTHEST:
            raise InvalidAgreement("The day is today or later, within a year.")
        return agreed

    async def _locked(self, connection: Connection, handoff_id: int) -> tuple[Conversation, Handoff]:
        """The hand-off as it is once nobody else changes it."""
        found = await self._handoff.get(connection, handoff_id)
        if found is None:
            raise UnknownComplaint
        conversation = await self._conversations.lock(connection, found.conversation_id)
        handoff = await self._handoff.get(connection, handoff_id)
        assert handoff is not None, "its conversation is locked"
        return conversation, handoff

    async def _tell(
        self, connection: Connection, handoff: Handoff, complaint: Complaint, body: dict[str, Any], advisor: str | None
    ) -> None:
        """`advisor`: who has the conversation; else the assistant tells it."""
        body["agreement"] = {
            "reference": complaint.reference,
            "agreed": complaint.agreed,
            "due_on": complaint.due_on.isoformat() if complaint.due_on else None,
        }
        if advisor:
            body["advisor"] = advisor
        event = await self._conversations.append(
            connection,
            handoff.conversation_id,
            type="message",
            author="advisor" if advisor else "bot",
            body=body,
        )
        if self._post and handoff.email:
            await self._post.enqueue(connection, handoff.conversation_id, event, EMAIL, handoff.email)

    @staticmethod
    async def _note(connection: Connection, advisor: Staff, complaint: Complaint, outcome: str) -> None:
        await audit.record(
            connection,
            actor="staff",
            actor_id=advisor.name,
            action="complaint.agreement",
            conversation_id=complaint.conversation_id,
            subject=complaint.reference,
            outcome=outcome,
            evidence={"due_on": complaint.due_on.isoformat() if complaint.due_on else None},
        )
