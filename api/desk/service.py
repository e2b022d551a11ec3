from collections.abc import Iterable
from uuid import UUID

from api.conversations.errors import UnknownConversation
from api.conversations.models import AuthLevel, Conversation, Event
from api.conversations.service import ConversationService, topic_of
from api.desk.models import Board, Line, View, customer_of
from api.handoff.models import Handoff
from api.handoff.service import HandoffService
from api.staff.models import Staff
from api.staff.service import StaffService
from common.database import Connection
from common.problems import Problem

TEXT_LIMIT = 4000
RECENT = 12  # events that are looked through for the last line
TRANSCRIPT = 1000


class InvalidText(Problem):
    """Answers 422."""

    def __init__(self) -> None:
        super().__init__(422, "invalid_request", f"A message has 1 to {TEXT_LIMIT} characters.")


class DeskService:
    """What advisors do with conversations that were handed to people."""

    def __init__(self, conversations: ConversationService, handoff: HandoffService, staff: StaffService) -> None:
        self._conversations = conversations
        self._handoff = handoff
        self._staff = staff

    async def board(self, advisor: Staff) -> Board:
        async with self._conversations.transaction() as connection:
            waiting = await self._lines(connection, await self._handoff.waiting(connection))
            left_alone = await self._lines(connection, await self._handoff.left_alone(connection))
            mine = await self._lines(connection, await self._handoff.of_advisor(connection, advisor))
        return Board(waiting, left_alone, mine)

    async def view(self, advisor: Staff, conversation_id: UUID) -> View:
        """Only what was handed to people at some time is open to advisors; anything else is not found."""
        async with self._conversations.transaction() as connection:
            conversation, handoff = await self._handed_over(connection, conversation_id)
            start = max(0, conversation.last_seq - TRANSCRIPT)
            events = await self._conversations.events(connection, conversation_id, after=start, limit=TRANSCRIPT)
            owner = UUID(conversation.advisor_id) if conversation.advisor_id else None
            names = await self._staff.first_names(connection, [owner] if owner else [])
            present = owner in await self._staff.advisors_on_duty(connection)
        return View(
            conversation,
            handoff,
            tuple(events),
            mine=owner == advisor.id,
            owner=names.get(owner) if owner else None,
            owner_present=present,
        )

    async def new_events(self, conversation_id: UUID, *, after: int, wait_seconds: float) -> list[Event]:
        """What came after `after`; waits for it up to `wait_seconds`, then returns nothing."""
        async with self._conversations.transaction() as connection:
            await self._handed_over(connection, conversation_id)
            events = await self._conversations.events(connection, conversation_id, after=after)
        if events or not await self._conversations.hub.wait(topic_of(conversation_id), after, wait_seconds):
            return events
        async with self._conversations.transaction() as connection:
            return await self._conversations.events(connection, conversation_id, after=after)

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
            return await self._conversations.append(
                connection,
                conversation_id,
                type="message",
                author="advisor",
                body={"text": text, "advisor": advisor.first_name},
            )

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

    async def _handed_over(self, connection: Connection, conversation_id: UUID) -> tuple[Conversation, Handoff]:
        handoff = await self._handoff.latest(connection, conversation_id)
        if handoff is None:
            raise Problem(404, "not_found", "There is no such conversation on the desk.")
        try:
            return await self._conversations.get(connection, conversation_id), handoff
        except UnknownConversation as error:
            raise Problem(404, "not_found", "There is no such conversation on the desk.") from error

    async def _lines(self, connection: Connection, handoffs: Iterable[Handoff]) -> tuple[Line, ...]:
        return tuple([await self._line(connection, handoff) for handoff in handoffs])

    async def _line(self, connection: Connection, handoff: Handoff) -> Line:
        conversation = await self._conversations.get(connection, handoff.conversation_id)
        start = max(0, conversation.last_seq - RECENT)
        events = await self._conversations.events(connection, conversation.id, after=start)
        spoken = [event for event in events if event.type == "message" and event.author in ("customer", "advisor")]
        last_said = next((event for event in reversed(spoken) if event.author == "customer"), None)
        return Line(
            handoff=handoff,
            customer=customer_of(conversation),
            verified=conversation.auth_level is not AuthLevel.ANONYMOUS,
            channel=conversation.channel,
            last_line=str(last_said.body.get("text", "")) if last_said else "",
            last_author=spoken[-1].author if spoken else "",
            last_at=spoken[-1].at if spoken else handoff.requested_at,
        )
