from collections.abc import Iterable
from datetime import date
from uuid import UUID

from api.complaints.errors import UnknownComplaint
from api.complaints.models import Complaint, Reminder
from api.complaints.service import ComplaintService
from api.conversations.errors import UnknownConversation
from api.conversations.models import AuthLevel, Conversation, Event, State, Summary
from api.conversations.service import ConversationService, topic_of
from api.desk.models import Board, Line, Member, View, customer_of
from api.handoff.models import Handoff, handoff_id_of
from api.handoff.ports import Post
from api.handoff.service import HandoffService
from api.handoff.voice import Voice
from api.photos.service import PhotoService
from api.staff.models import Role, Staff
from api.staff.service import StaffService
from common.database import Connection
from common.problems import Problem

TEXT_LIMIT = 4000
TRANSCRIPT = 1000
LARGEST = 2**63  # of the database's numbers


class InvalidText(Problem):
    """Answers 422."""

    def __init__(self) -> None:
        super().__init__(422, "invalid_request", f"A message has 1 to {TEXT_LIMIT} characters.")


class DeskService:
    """What advisors do with conversations that were handed to people."""

    def __init__(
        self,
        conversations: ConversationService,
        handoff: HandoffService,
        staff: StaffService,
        *,
        complaints: ComplaintService,
        photos: PhotoService,
        post: Post | None = None,
    ) -> None:
        """`post` brings what advisors say to customers who left an address instead of waiting."""
        self._voice = Voice(conversations, post)
        self._conversations = conversations
        self._handoff = handoff
        self._staff = staff
        self._complaints = complaints
        self._photos = photos

    async def board(self, advisor: Staff) -> Board:
        async with self._conversations.transaction() as connection:
            waiting = await self._lines(connection, await self._handoff.waiting(connection))
            left_alone = await self._lines(connection, await self._handoff.left_alone(connection))
            mine = await self._lines(connection, await self._handoff.of_advisor(connection, advisor))
            due = await self._reminders(connection, await self._complaints.due(connection))
        return Board(waiting, left_alone, mine, due)

    async def view(self, advisor: Staff, conversation_id: UUID) -> View:
        """Only what was handed to people at some time is open to advisors; anything else is not found."""
        async with self._conversations.transaction() as connection:
            conversation, handoff = await self._handed_over(connection, conversation_id)
            start = max(0, conversation.last_seq - TRANSCRIPT)
            events = await self._conversations.events(connection, conversation_id, after=start, limit=TRANSCRIPT)
            owner = handoff.advisor_id if conversation.state is State.ASSIGNED else None
            names = await self._staff.first_names(connection, [owner] if owner else [])
            present = owner in await self._staff.advisors_on_duty(connection)
            complaint = await self._complaints.latest(connection, conversation_id)
            photos = await self._photos.of(connection, conversation_id)
        return View(
            conversation,
            handoff,
            tuple(events),
            mine=owner == advisor.id,
            owner=names.get(owner) if owner else None,
            owner_present=present,
            complaint=complaint,
            today=self._complaints.today,
            photos=tuple(photos),
        )

    async def team(self) -> list[Member]:
        """Every account that may use the desk, by name."""
        everyone = await self._staff.everyone()
        async with self._conversations.reading() as connection:
            present = await self._staff.advisors_on_duty(connection)
            loads = await self._handoff.line.loads(connection)
        return [
            Member(staff, active, staff.id in present, loads.get(staff.id, 0))
            for staff, active in everyone
            if Role.ADVISOR in staff.roles
        ]

    async def new_events(self, conversation_id: UUID, *, after: int, wait_seconds: float) -> list[Event]:
        """What came after `after`; waits for it up to `wait_seconds`, then returns nothing."""
        async with self._conversations.transaction() as connection:
            await self._handed_over(connection, conversation_id)
            events = await self._conversations.events(connection, conversation_id, after=after)
        if events or not await self._conversations.hub.wait(topic_of(conversation_id), after, wait_seconds):
            return events
        async with self._conversations.transaction() as connection:
            return await self._conversations.events(connection, conversation_id, after=after)

    async def photo(self, conversation_id: UUID, photo_id: UUID) -> bytes:
        """A JPEG that the customer sent."""
        async with self._conversations.reading() as connection:
            await self._handed_over(connection, conversation_id)
        return await self._photos.content(conversation_id, photo_id)

    async def claim(self, advisor: Staff, conversation_id: UUID) -> None:
        async with self._conversations.transaction() as connection:
            await self._handed_over(connection, conversation_id)
            await self._handoff.claim(connection, conversation_id, advisor)

    async def take_over(self, advisor: Staff, conversation_id: UUID) -> None:
        async with self._conversations.transaction() as connection:
            await self._handed_over(connection, conversation_id)
            await self._handoff.take_over(connection, conversation_id, advisor)

    async def send(self, advisor: Staff, conversation_id: UUID, text: str) -> Event:
        """Say something to the customer, in the name of the advisor who has the conversation."""
        text = text.replace("\r\n", "\n").strip()
        if not 0 < len(text) <= TEXT_LIMIT:
            raise InvalidText
        async with self._conversations.transaction() as connection:
            await self._handed_over(connection, conversation_id)
            await self._handoff.owned(connection, conversation_id, advisor)
            handoff = await self._handoff.current(connection, conversation_id)
            assert handoff is not None, "an assigned conversation has an open hand-off"
            return await self._voice.say(connection, handoff, advisor.first_name, text)

    async def typing(self, advisor: Staff, conversation_id: UUID) -> None:
        async with self._conversations.transaction() as connection:
            await self._handed_over(connection, conversation_id)
            await self._handoff.owned(connection, conversation_id, advisor)
            await self._conversations.typing(connection, conversation_id, "advisor")

    async def hand_back(self, advisor: Staff, conversation_id: UUID) -> None:
        async with self._conversations.transaction() as connection:
            await self._handed_over(connection, conversation_id)
            await self._handoff.hand_back(connection, conversation_id, advisor)

    async def resolve(self, advisor: Staff, conversation_id: UUID) -> None:
        async with self._conversations.transaction() as connection:
            await self._handed_over(connection, conversation_id)
            await self._handoff.resolve(connection, conversation_id, advisor)

    async def agree(self, advisor: Staff, reference: str, *, agreed: str, due_on: date) -> Complaint:
        """What the customer is promised, and by when; they are told. Raises what `ComplaintService.agree` does."""
        async with self._conversations.transaction() as connection:
            number = _number(reference)
            return await self._complaints.agree(connection, advisor, number, agreed=agreed, due_on=due_on)

    async def done(self, advisor: Staff, reference: str) -> Complaint:
        """What was agreed has been seen to."""
        async with self._conversations.transaction() as connection:
            return await self._complaints.done(connection, advisor, _number(reference))

    async def conversation_of(self, reference: str) -> UUID:
        """Raises UnknownComplaint."""
        async with self._conversations.reading() as connection:
            handoff = await self._handoff.get(connection, _number(reference))
        if handoff is None:
            raise UnknownComplaint
        return handoff.conversation_id

    async def _reminders(self, connection: Connection, due: list[Complaint]) -> tuple[Reminder, ...]:
        found = await self._conversations.summaries(connection, [each.conversation_id for each in due])
        today = self._complaints.today
        return tuple(
            Reminder(each, customer_of(found[each.conversation_id].conversation), late=(each.due_on or today) < today)
            for each in due
            if each.conversation_id in found
        )

    async def _handed_over(self, connection: Connection, conversation_id: UUID) -> tuple[Conversation, Handoff]:
        handoff = await self._handoff.latest(connection, conversation_id)
        if handoff is None:
            raise Problem(404, "not_found", "There is no such conversation on the desk.")
        try:
            return await self._conversations.get(connection, conversation_id), handoff
        except UnknownConversation as error:
            raise Problem(404, "not_found", "There is no such conversation on the desk.") from error

    async def _lines(self, connection: Connection, handoffs: Iterable[Handoff]) -> tuple[Line, ...]:
        """In the order given."""
        listed = list(handoffs)
        found = await self._conversations.summaries(connection, [each.conversation_id for each in listed])
        return tuple(_line(each, found[each.conversation_id]) for each in listed if each.conversation_id in found)


def _number(reference: str) -> int:
    """Raises UnknownComplaint for what is no reference."""
    try:
        number = handoff_id_of(reference)
    except ValueError:
        raise UnknownComplaint from None
    if not 0 < number < LARGEST:
        raise UnknownComplaint
    return number


def _line(handoff: Handoff, summary: Summary) -> Line:
    conversation = summary.conversation
    return Line(
        handoff=handoff,
        customer=customer_of(conversation),
        verified=conversation.auth_level is not AuthLevel.ANONYMOUS,
        channel=conversation.channel,
        last_line=summary.last_said or "",
        last_author=summary.last_author or "",
        last_at=summary.last_at or handoff.requested_at,
    )
