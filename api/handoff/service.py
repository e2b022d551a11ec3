from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.conversations.errors import StateChanged
from api.conversations.models import Conversation, State
from api.conversations.service import ConversationService
from api.handoff import repository
from api.handoff.models import Handoff
from api.handoff.opening_hours import OpeningHours
from api.handoff.states import IllegalMove, Move, Reason, Skill, after
from api.handoff.texts import Texts
from api.staff.models import Staff
from api.staff.service import StaffService
from common.database import Connection
from common.problems import Problem

SUMMARY_LIMIT = 2000


class NotYours(Problem):
    """Answers 403: the conversation is another advisor's."""

    def __init__(self) -> None:
        super().__init__(403, "not_yours", "Another advisor has this conversation.")


class StillServed(Problem):
    """Answers 409: the advisor who has the conversation is at the desk."""

    def __init__(self) -> None:
        super().__init__(409, "still_served", "The advisor who has this conversation is at the desk.")


def utc_now() -> datetime:
    return datetime.now(UTC)


class HandoffService:
    """Moves conversations between bot and advisors, and tells the customer each time.

    Everything happens on the caller's connection, so that state, hand-off and event commit together.
    """

    def __init__(
        self,
        conversations: ConversationService,
        staff: StaffService,
        texts: Texts,
        hours: OpeningHours,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._conversations = conversations
        self._staff = staff
        self._texts = texts
        self._hours = hours
        self._clock = clock

    async def request(
        self, connection: Connection, conversation_id: UUID, *, reason: str, skill: str, summary: str
    ) -> None:
        """Put the conversation in the queue. Where it waits or is served already, nothing changes.

        Raises ValueError for a reason or skill that is not one of ours.
        """
        reason, skill = Reason(reason), Skill(skill)
        conversation = await self._conversations.lock(connection, conversation_id)
        if conversation.state in (State.QUEUED, State.ASSIGNED):
            return
        await self._queue(connection, conversation)
        handoff = await repository.request(connection, conversation_id, reason, skill, summary[:SUMMARY_LIMIT])
        await self._announce_queued(connection, handoff)

    async def withdraw(self, connection: Connection, conversation_id: UUID) -> None:
        """The customer goes on with the bot. What was asked of people stays recorded while nobody is on duty."""
        conversation = await self._conversations.lock(connection, conversation_id)
        await self._move(connection, conversation, Move.WITHDRAW)
        handoff = await self._open(connection, conversation_id)
        if await self._staff.advisors_on_duty(connection):
            await repository.close(connection, handoff.id, "withdrawn")
            await self._announce(connection, handoff, State.BOT, "handoff_withdrawn")
        else:
            await repository.keep(connection, handoff.id)
            await self._announce(connection, handoff, State.BOT, "handoff_kept")

    async def claim(self, connection: Connection, conversation_id: UUID, advisor: Staff) -> Handoff:
        """Of several advisors at once, exactly one gets it; the others get IllegalMove."""
        conversation = await self._conversations.lock(connection, conversation_id)
        handoff = await repository.open_for(connection, conversation_id)
        if handoff and handoff.kept_at and conversation.state in (State.BOT, State.RESOLVED):
            conversation = await self._queue(connection, conversation)
        await self._move(connection, conversation, Move.CLAIM, advisor)
        assert handoff is not None, "a queued conversation has an open hand-off"
        await repository.claim(connection, handoff.id, advisor.id)
        await self._announce(connection, handoff, State.ASSIGNED, "handoff_joined", advisor=advisor)
        return handoff

    async def take_over(self, connection: Connection, conversation_id: UUID, advisor: Staff) -> None:
        """Go on with what an advisor who is no longer on duty left behind. Raises StillServed while that one is."""
        conversation = await self._conversations.lock(connection, conversation_id)
        after(conversation.state, Move.TAKE_OVER)
        here = {str(each) for each in await self._staff.advisors_on_duty(connection)}
        if conversation.advisor_id in {str(advisor.id), *here}:
            raise StillServed
        await self._move(connection, conversation, Move.TAKE_OVER, advisor)
        handoff = await self._open(connection, conversation_id)
        await repository.claim(connection, handoff.id, advisor.id)
        await self._announce(connection, handoff, State.ASSIGNED, "handoff_joined", advisor=advisor)

    async def hand_back(self, connection: Connection, conversation_id: UUID, advisor: Staff) -> None:
        await self._leave(connection, conversation_id, advisor, Move.HAND_BACK, "returned")

    async def resolve(self, connection: Connection, conversation_id: UUID, advisor: Staff) -> None:
        await self._leave(connection, conversation_id, advisor, Move.RESOLVE, "resolved")

    async def reopen(self, connection: Connection, conversation_id: UUID) -> None:
        """The customer wrote after the end: the bot is there again."""
        conversation = await self._conversations.lock(connection, conversation_id)
        await self._move(connection, conversation, Move.REOPEN)

    async def owned(self, connection: Connection, conversation_id: UUID, advisor: Staff) -> Conversation:
        """The conversation, locked. Raises NotYours unless the advisor has it."""
        conversation = await self._conversations.lock(connection, conversation_id)
        if conversation.state is not State.ASSIGNED or conversation.advisor_id != str(advisor.id):
            raise NotYours
        return conversation

    async def current(self, connection: Connection, conversation_id: UUID) -> Handoff | None:
        return await repository.open_for(connection, conversation_id)

    async def latest(self, connection: Connection, conversation_id: UUID) -> Handoff | None:
        """The open one, or else the last; None if the conversation never left the bot."""
        return await repository.latest_for(connection, conversation_id)

    async def waiting(self, connection: Connection, *, limit: int = 100) -> list[Handoff]:
        """First in line first; then the wishes that were kept from times when nobody was on duty."""
        return await repository.waiting(connection, limit=limit)

    async def left_alone(self, connection: Connection) -> list[Handoff]:
        """What advisors who are no longer on duty still have."""
        on_duty = await self._staff.advisors_on_duty(connection)
        return [handoff for handoff in await repository.assigned(connection) if handoff.advisor_id not in on_duty]

    async def of_advisor(self, connection: Connection, advisor: Staff) -> list[Handoff]:
        return await repository.of_advisor(connection, advisor.id)

    async def _leave(
        self, connection: Connection, conversation_id: UUID, advisor: Staff, move: Move, outcome: str
    ) -> None:
        conversation = await self._conversations.lock(connection, conversation_id)
        to = after(conversation.state, move)
        await self.owned(connection, conversation_id, advisor)
        await self._move(connection, conversation, move)
        handoff = await self._open(connection, conversation_id)
        await repository.close(connection, handoff.id, outcome)
        await self._announce(connection, handoff, to, f"handoff_{outcome}", advisor=advisor)

    async def _queue(self, connection: Connection, conversation: Conversation) -> Conversation:
        """To the queue, step by legal step."""
        if conversation.state is State.RESOLVED:
            conversation = await self._move(connection, conversation, Move.REOPEN)
        return await self._move(connection, conversation, Move.REQUEST)

    async def _move(
        self, connection: Connection, conversation: Conversation, move: Move, advisor: Staff | None = None
    ) -> Conversation:
        to = after(conversation.state, move)
        advisor_id = str(advisor.id) if advisor else None
        try:
            return await self._conversations.move(
                connection, conversation.id, expected=conversation.state, to=to, advisor_id=advisor_id
            )
        except StateChanged as error:
            raise IllegalMove(State(error.actual), move) from error

    async def _open(self, connection: Connection, conversation_id: UUID) -> Handoff:
        """The open hand-off, which every queued or assigned conversation has."""
        found = await repository.open_for(connection, conversation_id)
        assert found is not None
        return found

    async def _announce_queued(self, connection: Connection, handoff: Handoff) -> None:
        position = await repository.position(connection, handoff)
        if await self._staff.advisors_on_duty(connection):
            name = "handoff_queued_first" if position == 1 else "handoff_queued"
            await self._announce(connection, handoff, State.QUEUED, name, position=position)
            return
        expected = self._hours.next_opening(self._clock())
        if expected is None:
            await self._announce(connection, handoff, State.QUEUED, "handoff_recorded", position=position)
            return
        when = {"day": expected.strftime("%A"), "time": expected.strftime("%H:%M"), "zone": expected.tzname()}
        body = {"position": position, "expected_at": expected.isoformat()}
        message = self._texts.message("handoff_recorded_until", reference=handoff.reference, **when)
        await self._append(connection, handoff, State.QUEUED, body | message)

    async def _announce(
        self,
        connection: Connection,
        handoff: Handoff,
        state: State,
        template: str,
        *,
        position: int | None = None,
        advisor: Staff | None = None,
    ) -> None:
        name = advisor.first_name if advisor else None
        message = self._texts.message(template, reference=handoff.reference, position=position, advisor=name)
        known = {"position": position, "advisor": name}
        await self._append(
            connection, handoff, state, {key: value for key, value in known.items() if value is not None} | message
        )

    async def _append(self, connection: Connection, handoff: Handoff, state: State, body: dict[str, Any]) -> None:
        actions = (
            [{"action": "continue", "title": self._texts.text("button_continue")}] if state is State.QUEUED else []
        )
        await self._conversations.append(
            connection,
            handoff.conversation_id,
            type="handoff",
            author="system",
            body={"state": state, "reference": handoff.reference, "actions": actions} | body,
        )
