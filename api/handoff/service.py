from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.conversations.errors import StateChanged
from api.conversations.models import Conversation, Event, State
from api.conversations.service import ConversationService
from api.handoff import repository
from api.handoff.addresses import find_email, masked
from api.handoff.announcer import Announcer
from api.handoff.builtin import BuiltInDesk
from api.handoff.line import Line, Outlook
from api.handoff.models import Agent, Handoff
from api.handoff.opening_hours import DeskHours
from api.handoff.ports import Complained, DealtWith, Desk, Resolved
from api.handoff.routing import head_start
from api.handoff.states import IllegalMove, Move, Reason, Skill, after
from api.handoff.texts import Texts
from api.staff.models import Staff
from api.staff.service import StaffService
from common.database import Connection
from common.problems import Problem

SUMMARY_LIMIT = 2000
FIRST_ANSWER = 2  # the number of the first entry that can answer another one
KNOWN_WITHIN = timedelta(days=1)  # in this time a customer who comes back gets the same advisor
NOTED = "handoff_noted"
LOOKED_BACK = 20  # entries of the log


class NotYours(Problem):
    """Answers 403: the conversation is another advisor's."""

    def __init__(self) -> None:
        super().__init__(403, "not_yours", "Another advisor has this conversation.")


class StillServed(Problem):
    """Answers 409: the advisor who has the conversation is at the desk."""

    def __init__(self) -> None:
        super().__init__(409, "still_served", "The advisor who has this conversation is at the desk.")


class NoWayToWrite(Problem):
    """Answers 409: no channel is set up that could bring an answer to an address."""

    def __init__(self) -> None:
        super().__init__(409, "no_way_to_write", "Answers can't be sent to an address here.")


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
        hours: DeskHours,
        *,
        queue_limit: int = 200,
        writes_later: bool = False,
        desk: Desk | None = None,
        resolved: Resolved | None = None,
        dealt_with: DealtWith | None = None,
        complained: Complained | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`writes_later`: answers can be sent to an e-mail address. `desk`: where people answer; ours unless given.

        `resolved`, `dealt_with` and `complained` are told what happens (`ports.py`).
        """
        self._conversations = conversations
        self._staff = staff
        self._queue_limit = queue_limit
        self._desk = desk or BuiltInDesk()
        self._resolved = resolved
        self._dealt_with = dealt_with
        self._complained = complained
        self.line = Line(staff)
        self.announcer = Announcer(conversations, texts, hours, clock, writes_later=writes_later, live=self._desk.live)

    async def request(
        self, connection: Connection, conversation_id: UUID, *, reason: str, skill: str, summary: str
    ) -> None:
        """Put the conversation in the queue. Where it waits or is served already, nothing changes.

        Where nobody can help now the wish is recorded and the customer told when somebody will; where the line is too
        long as well, and the bot goes on. Raises ValueError for a reason or skill that is not one of ours.
        """
        reason, skill = Reason(reason), Skill(skill)
        conversation = await self._conversations.lock(connection, conversation_id)
        if conversation.state in (State.QUEUED, State.ASSIGNED):
            return
        full = self._desk.live and len(await self.line.wishes(connection)) >= self._queue_limit
        conversation = await self._queue(connection, conversation)
        handoff = await repository.request(
            connection,
            conversation_id,
            reason=reason,
            skill=skill,
            summary=summary[:SUMMARY_LIMIT],
            head_start=head_start(reason),
            known_within=KNOWN_WITHIN,
        )
        outlook = await self._outlook(connection, handoff, conversation)
        if full:
            await self._move(connection, conversation, Move.WITHDRAW)
            await repository.keep(connection, handoff.id)
            await self.announcer.full(connection, handoff, missing=await self._missing(connection, handoff))
            await self._record(connection, handoff)
            return
        missing = "" if outlook.advisors else await self._missing(connection, handoff)
        event = await self.announcer.queued(connection, handoff, outlook, missing=missing)
        expected = event.body.get("expected_at")
        answer_by = datetime.fromisoformat(expected) if expected else None
        if answer_by:
            await repository.promise(connection, handoff.id, answer_by)
        await self._record(connection, handoff, answer_by)
        await repository.told(connection, handoff.id, outlook.position)
        await self._desk.queued(connection, handoff, event)

    async def carry(self, connection: Connection, conversation_id: UUID) -> None:
        """Bring an open wish that another desk had to the one in use."""
        conversation = await self._conversations.lock(connection, conversation_id)
        handoff = await repository.open_for(connection, conversation_id)
        if handoff is None:
            return
        if conversation.state is State.ASSIGNED:
            handoff = await self._release(connection, conversation, handoff)
        [last] = await self._conversations.events(connection, conversation_id, after=conversation.last_seq - 1, limit=1)
        await self._desk.queued(connection, handoff, last)

    async def renew(self, connection: Connection, conversation_id: UUID) -> Handoff:
        """The open wish, or the last one once more: people come back to it after its end."""
        conversation = await self._conversations.lock(connection, conversation_id)
        last = await repository.latest_for(connection, conversation_id)
        assert last is not None, "what people come back to was handed over once"
        if last.closed_at is None:
            return last
        await self._queue(connection, conversation)
        again = await repository.request(
            connection,
            conversation_id,
            reason=last.reason,
            skill=last.skill,
            summary=last.summary,
            head_start=head_start(last.reason),
            known_within=KNOWN_WITHIN,
        )
        await self._record(connection, again)
        return again

    async def withdraw(self, connection: Connection, conversation_id: UUID) -> None:
        """The customer goes on with the bot. What was asked of people stays recorded while nobody is on duty."""
        conversation = await self._conversations.lock(connection, conversation_id)
        await self._move(connection, conversation, Move.WITHDRAW)
        handoff = await self._open(connection, conversation_id)
        if (await self._outlook(connection, handoff, conversation)).advisors:
            await repository.close(connection, handoff.id, "withdrawn")
            event = await self.announcer.step(connection, handoff, State.BOT, "handoff_withdrawn")
        else:
            await repository.keep(connection, handoff.id)
            event = await self.announcer.step(connection, handoff, State.BOT, "handoff_kept")
        await self._desk.left(connection, handoff, event)

    async def write_later(self, connection: Connection, conversation_id: UUID, email: str | None) -> bool:
        """The customer goes on with the bot, and the answer comes by e-mail too.

        Without an address the customer is asked for one, and False returned. Raises IllegalMove unless it waits.
        """
        conversation = await self._conversations.lock(connection, conversation_id)
        after(conversation.state, Move.WITHDRAW)
        handoff = await self._open(connection, conversation_id)
        if not self.announcer.writes_later:
            raise NoWayToWrite
        if email is None:
            await repository.await_email(connection, handoff.id)
            await self.announcer.step(connection, handoff, State.QUEUED, "handoff_asks_email")
            return False
        await self._move(connection, conversation, Move.WITHDRAW)
        await repository.keep(connection, handoff.id, email=email)
        event = await self.announcer.step(connection, handoff, State.BOT, "handoff_writes_later", email=masked(email))
        await self._desk.left(connection, handoff, event)
        return True

    async def heard(self, connection: Connection, conversation: Conversation, event: Event) -> None:
        """What the customer writes to people: perhaps the address that was asked for. The caller has the lock."""
        handoff = await self._open(connection, conversation.id)
        await self._desk.said(connection, handoff, event)
        if conversation.state is not State.QUEUED:
            return
        text = event.body["text"]
        if handoff.awaits == "email" and "@" in text:
            if email := find_email(text):
                await self.write_later(connection, conversation.id, email)
            else:
                await self.announcer.step(connection, handoff, State.QUEUED, "handoff_email_invalid")
        elif await self._is_unheard(connection, handoff, conversation, event):
            await self.announcer.step(connection, handoff, State.QUEUED, NOTED)

    async def _is_unheard(
        self, connection: Connection, handoff: Handoff, conversation: Conversation, event: Event
    ) -> bool:
        """Nobody who could help is there to read what the customer writes, and they were not just told so."""
        if not self._desk.live or (await self._outlook(connection, handoff, conversation)).advisors:
            return False
        before = await self._conversations.events(
            connection, conversation.id, after=max(0, event.seq - 1 - LOOKED_BACK), limit=LOOKED_BACK
        )
        others = [each for each in before if each.seq < event.seq and each.author != "customer"]
        return not others or (others[-1].body.get("source") or {}).get("name") != NOTED

    async def left_address(self, connection: Connection, conversation: Conversation, event: Event) -> bool:
        """Whether what the customer tells the assistant is the address that we have just asked for. Kept if so.

        Only the very next thing they say: later it may be the assistant that wants an address.
        """
        email = find_email(event.body["text"])
        if not email or event.seq < FIRST_ANSWER:
            return False
        handoff = await repository.open_for(connection, conversation.id)
        if handoff is None or handoff.kept_at is None or handoff.awaits != "email":
            return False
        [asked] = await self._conversations.events(connection, conversation.id, after=event.seq - 2, limit=1)
        if asked.type != "handoff" or not asked.body.get("asks"):
            return False
        await repository.keep(connection, handoff.id, email=email)
        noted = await self.announcer.step(connection, handoff, State.BOT, "handoff_writes_later", email=masked(email))
        await self._desk.left(connection, handoff, noted)
        return True

    async def claim(self, connection: Connection, conversation_id: UUID, advisor: Staff | Agent) -> Handoff:
        """Of several advisors at once, exactly one gets it; the others get IllegalMove."""
        conversation = await self._conversations.lock(connection, conversation_id)
        handoff = await repository.open_for(connection, conversation_id)
        if handoff and handoff.kept_at and conversation.state in (State.BOT, State.RESOLVED):
            conversation = await self._queue(connection, conversation)
        await self._move(connection, conversation, Move.CLAIM, advisor)
        assert handoff is not None, "a queued conversation has an open hand-off"
        await self._give(connection, handoff, advisor)
        return handoff

    async def assign(self, connection: Connection, conversation_id: UUID, advisor_id: UUID) -> bool:
        """Give it to an advisor who did not ask for it: only if still waiting, and they are there with a free place."""
        conversation = await self._conversations.lock(connection, conversation_id)
        handoff = await repository.open_for(connection, conversation_id)
        if conversation.state is not State.QUEUED or handoff is None:
            return False
        await self._staff.hold(connection, advisor_id)
        here = {advisor.id: advisor for advisor in await self._staff.advisors_present(connection)}
        advisor = here.get(advisor_id)
        if advisor is None or await repository.load_of(connection, advisor_id) >= advisor.capacity:
            return False
        await self._move(connection, conversation, Move.CLAIM, advisor)
        await self._give(connection, handoff, advisor)
        return True

    async def release(self, connection: Connection, conversation_id: UUID, *, grace: timedelta) -> bool:
        """Back to the head of the line, if its advisor has been away for `grace` (and did not just take it)."""
        conversation = await self._conversations.lock(connection, conversation_id)
        if not await repository.abandoned(connection, grace=grace, conversation_id=conversation_id):
            return False
        await self._release(connection, conversation, await self._open(connection, conversation_id))
        return True

    async def apologise(self, connection: Connection, conversation_id: UUID, *, late: timedelta) -> bool:
        """Nobody has come since `late` after the moment that the customer was told: say so, once, and put it first."""
        conversation = await self._conversations.lock(connection, conversation_id)
        if not await repository.overdue(connection, late=late, conversation_id=conversation_id):
            return False
        handoff = await self._open(connection, conversation_id)
        await repository.told_late(connection, handoff.id, head_start(handoff.reason, left=True))
        await self.announcer.step(connection, handoff, State(conversation.state), "handoff_overdue")
        return True

    async def tell_position(self, connection: Connection, conversation_id: UUID) -> None:
        """Unless it is what the customer knows already."""
        conversation = await self._conversations.lock(connection, conversation_id)
        if conversation.state is not State.QUEUED:
            return
        handoff = await self._open(connection, conversation_id)
        outlook = await self._outlook(connection, handoff, conversation)
        if outlook.advisors and outlook.position != handoff.told_position:
            await self.announcer.position(connection, handoff, outlook)
            await repository.told(connection, handoff.id, outlook.position)

    async def take_over(self, connection: Connection, conversation_id: UUID, advisor: Staff | Agent) -> None:
        """Go on with what an advisor who is no longer on duty left behind. Raises StillServed while that one is.

        Agents of another desk settle among themselves who answers.
        """
        conversation = await self._conversations.lock(connection, conversation_id)
        after(conversation.state, Move.TAKE_OVER)
        here = {str(each) for each in await self._staff.advisors_on_duty(connection)}
        if isinstance(advisor, Staff) and conversation.advisor_id in {str(advisor.id), *here}:
            raise StillServed
        await self._move(connection, conversation, Move.TAKE_OVER, advisor)
        handoff = await self._open(connection, conversation_id)
        await self._give(connection, handoff, advisor)

    async def note(self, connection: Connection, conversation_id: UUID, fact: str) -> None:
        """Add to what the advisor reads in the summary. Nothing happens where no hand-off is open."""
        await repository.note(connection, conversation_id, fact, limit=SUMMARY_LIMIT)

    async def hand_back(self, connection: Connection, conversation_id: UUID, advisor: Staff) -> None:
        await self._leave(connection, conversation_id, advisor, Move.HAND_BACK, "returned")

    async def resolve(self, connection: Connection, conversation_id: UUID, advisor: Staff | Agent) -> None:
        await self._leave(connection, conversation_id, advisor, Move.RESOLVE, "resolved")

    async def settle(self, connection: Connection, handoff: Handoff) -> None:
        """People have closed a wish whose customer goes on with the assistant."""
        await repository.close(connection, handoff.id, "resolved")
        await self.announcer.step(connection, handoff, State.BOT, "handoff_settled")
        if self._dealt_with:
            await self._dealt_with(connection, handoff)

    async def reopen(self, connection: Connection, conversation_id: UUID) -> None:
        """The customer wrote after the end: the bot is there again."""
        conversation = await self._conversations.lock(connection, conversation_id)
        await self._move(connection, conversation, Move.REOPEN)

    async def owned(self, connection: Connection, conversation_id: UUID, advisor: Staff | Agent) -> Conversation:
        """The conversation, locked. Raises NotYours unless the advisor has it."""
        conversation = await self._conversations.lock(connection, conversation_id)
        if conversation.state is not State.ASSIGNED or conversation.advisor_id != str(advisor.id):
            raise NotYours
        return conversation

    async def current(self, connection: Connection, conversation_id: UUID) -> Handoff | None:
        return await repository.open_for(connection, conversation_id)

    async def get(self, connection: Connection, handoff_id: int) -> Handoff | None:
        return await repository.get(connection, handoff_id)

    async def latest(self, connection: Connection, conversation_id: UUID) -> Handoff | None:
        """The open one, or else the last; None if the conversation never left the bot."""
        return await repository.latest_for(connection, conversation_id)

    async def email_of(self, connection: Connection, conversation_id: UUID) -> str | None:
        """The address that the customer left last, for answers."""
        return await repository.email_of(connection, conversation_id)

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
        self, connection: Connection, conversation_id: UUID, advisor: Staff | Agent, move: Move, outcome: str
    ) -> None:
        conversation = await self._conversations.lock(connection, conversation_id)
        to = after(conversation.state, move)
        await self.owned(connection, conversation_id, advisor)
        await self._move(connection, conversation, move)
        handoff = await self._open(connection, conversation_id)
        await repository.close(connection, handoff.id, outcome)
        await self.announcer.step(connection, handoff, to, f"handoff_{outcome}", advisor=advisor.first_name)
        if to is State.RESOLVED and self._resolved:
            await self._resolved(connection, conversation_id)
        elif to is State.BOT and self._dealt_with:
            await self._dealt_with(connection, handoff)

    async def _record(self, connection: Connection, handoff: Handoff, answer_by: datetime | None = None) -> None:
        if handoff.reason == Reason.COMPLAINT and self._complained:
            await self._complained(connection, handoff, answer_by)

    async def _release(self, connection: Connection, conversation: Conversation, handoff: Handoff) -> Handoff:
        """Back to the head of the line; the customer is told who was lost."""
        names = await self._staff.first_names(connection, [handoff.advisor_id] if handoff.advisor_id else [])
        left_by = names[handoff.advisor_id] if handoff.advisor_id else "our colleague"
        conversation = await self._move(connection, conversation, Move.RELEASE)
        await repository.release(connection, handoff.id, head_start(handoff.reason, left=True))
        handoff = await self._open(connection, conversation.id)
        outlook = await self._outlook(connection, handoff, conversation)
        await self.announcer.queued(connection, handoff, outlook, left_by=left_by)
        await repository.told(connection, handoff.id, outlook.position)
        return handoff

    async def _outlook(self, connection: Connection, handoff: Handoff, conversation: Conversation) -> Outlook:
        if not self._desk.live:
            return Outlook(None, 0, None)
        return await self.line.outlook(connection, handoff, conversation)

    async def _give(self, connection: Connection, handoff: Handoff, advisor: Staff | Agent) -> None:
        if isinstance(advisor, Staff):
            await self._staff.hold(connection, advisor.id)
            await repository.claim(connection, handoff.id, advisor_id=advisor.id)
        else:
            await repository.claim(connection, handoff.id, agent=advisor.id)
        name = advisor.first_name
        await self.announcer.step(connection, handoff, State.ASSIGNED, "handoff_joined", advisor=name)

    async def _missing(self, connection: Connection, handoff: Handoff) -> str:
        """What a ticket that somebody reads later still lacks, as the name of the template that asks for it."""
        log = await self._conversations.events(connection, handoff.conversation_id)
        topic = not handoff.summary and not any(event.author == "customer" for event in log)
        address = self.announcer.writes_later and handoff.email is None
        if address:
            await repository.await_email(connection, handoff.id)
        asked = ("_topic" if topic else "") + ("_email" if address else "")
        return f"handoff_missing{asked}" if asked else ""

    async def _queue(self, connection: Connection, conversation: Conversation) -> Conversation:
        """To the queue, step by legal step."""
        if conversation.state is State.RESOLVED:
            conversation = await self._move(connection, conversation, Move.REOPEN)
        return await self._move(connection, conversation, Move.REQUEST)

    async def _move(
        self, connection: Connection, conversation: Conversation, move: Move, advisor: Staff | Agent | None = None
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
