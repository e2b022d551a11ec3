import asyncio
import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from api.conversations.service import DATABASE_TROUBLE, ConversationService
from api.handoff.agents import AgentService
from api.handoff.models import Agent, Handoff
from api.handoff.service import HandoffService
from api.metrics import Metrics
from api.outbox.service import OutboxService
from api.tickets import repository
from api.tickets.desk import CHANNEL
from api.tickets.errors import TicketError
from api.tickets.models import FollowUp, Known, Ticket
from api.tickets.ports import TicketSystem
from api.tickets.wording import Wording, mark_of
from common.database import Connection

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
LEASE = timedelta(seconds=45)  # longer than two questions to the system take at most
LONGEST = timedelta(hours=1)
CARRIED_AT_ONCE = 50
NOBODY = "A colleague"


class TicketWatcher:
    """Brings what people write in the ticket system to the customers.

    A webhook only says which ticket to look at; the ticket itself is always asked for. So a webhook that was made up
    says nothing, one that comes twice changes nothing, and one that was lost is made up for by looking now and then.
    """

    def __init__(
        self,
        conversations: ConversationService,
        handoff: HandoffService,
        agents: AgentService,
        outbox: OutboxService,
        *,
        metrics: Metrics,
        system: TicketSystem,
        wording: Wording,
        names: Mapping[int, str],
        least: timedelta,
    ) -> None:
        """`names`: what customers see of the system's accounts; `least`: between two looks at the same ticket."""
        self._conversations = conversations
        self._handoff = handoff
        self._agents = agents
        self._outbox = outbox
        self._metrics = metrics
        self._system = system
        self._wording = wording
        self._names = names
        self._least = least
        self._wanted = asyncio.Event()

    async def hint(self, ticket: int) -> None:
        """Something has happened there. Nothing is done for a ticket that is not one of ours."""
        async with self._conversations.transaction() as connection:
            ours = await repository.look_now(connection, ticket)
        if ours:
            self._wanted.set()

    async def run(self) -> None:
        while True:
            self._wanted.clear()
            try:
                await self.sweep()
            except DATABASE_TROUBLE as error:
                log.warning("tickets_not_watched", error=type(error).__name__)
            except Exception:
                log.exception("ticket_watcher_crashed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS):
                    await self._wanted.wait()

    async def sweep(self) -> None:
        """Look at every ticket that is due; bring what another desk has left open to this one."""
        async with self._conversations.reading() as connection:
            left = await repository.without_ticket(connection, limit=CARRIED_AT_ONCE)
        for conversation_id in left:
            async with self._conversations.transaction() as connection:
                await self._conversations.lock(connection, conversation_id)
                if await repository.without_ticket(connection, conversation_id):  # no other process was faster
                    await self._handoff.carry(connection, conversation_id)
        while await self._look_next():
            pass

    async def _look_next(self) -> bool:
        async with self._conversations.transaction() as connection:
            found = await repository.due(connection, lease=LEASE)
        if found is None:
            return False
        known, leased_until = found
        assert known.ticket is not None
        try:
            ticket = await self._system.ticket(known.ticket)
            if ticket and await self._tell(known, ticket, leased_until):
                await self._reopen(known, ticket)
        except TicketError as error:
            self._metrics.ticket_looks.labels("failed").inc()
            log.warning("ticket_not_read", ticket=known.ticket, error=type(error).__name__, problem=str(error))
            return False
        self._metrics.ticket_looks.labels("read" if ticket else "missing").inc()
        if ticket is None:
            log.warning("ticket_missing", ticket=known.ticket)
            async with self._conversations.transaction() as connection:
                await self._look_later(connection, known.ticket, leased_until, least=LONGEST)
        return True

    async def _tell(self, known: Known, ticket: Ticket, leased_until: datetime) -> bool:
        """Everything that is new, once. Returns whether we have to open the ticket, which people have closed."""
        async with self._conversations.transaction() as connection:
            handoff = await self._handoff.get(connection, known.handoff_id)
            if handoff is None:
                return False
            await self._conversations.lock(connection, handoff.conversation_id)
            now = await repository.lock(connection, ticket.id)
            if now is None:
                return False
            news = await self._tell_answers(connection, handoff, now, ticket)
            reopen = await self._tell_end(connection, ticket) and await repository.take_reopening(
                connection, ticket.id, lease=LEASE
            )
            await self._look_later(connection, ticket.id, leased_until, news=news)
        return reopen

    async def _tell_answers(self, connection: Connection, handoff: Handoff, known: Known, ticket: Ticket) -> bool:
        news = False
        for follow_up in ticket.follow_ups:
            if not is_answer(follow_up, known.account):
                continue
            if await repository.told(connection, ticket.id, follow_up.key):
                continue
            current = await self._handoff.renew(connection, handoff.conversation_id)
            await repository.move(connection, ticket.id, current.id)
            agent = self._agent(follow_up)
            await self._agents.answered(connection, handoff.conversation_id, agent, follow_up.text)
            news = True
        return news

    async def _tell_end(self, connection: Connection, ticket: Ticket) -> bool:
        known = await repository.lock(connection, ticket.id)
        handoff = await self._handoff.get(connection, known.handoff_id) if known else None
        if not ticket.closed or known is None or handoff is None or handoff.closed_at:
            return False
        if await self._outbox.pending(connection, handoff.conversation_id, CHANNEL):
            return False  # it opens the ticket again, or is to be found there at the next look
        if ticket.merged:
            return True  # nobody has served the customer, and what is answered in the other ticket reaches nobody
        ends = [place for place, each in enumerate(ticket.follow_ups) if each.closes]
        after = ticket.follow_ups[ends[-1] + 1 :] if ends else ()
        if any(each.user == known.account and each.public for each in after):
            return True
        agent = self._agent(ticket.follow_ups[ends[-1]]) if ends else Agent(f"{CHANNEL}:0", NOBODY)
        await self._agents.closed(connection, handoff, agent)
        return False

    async def _reopen(self, known: Known, ticket: Ticket) -> None:
        """Raises TicketError: the next look sees whether it is open."""
        async with self._conversations.reading() as connection:
            handoff = await self._handoff.get(connection, known.handoff_id)
            if handoff is None:
                return
            conversation = await self._conversations.get(connection, handoff.conversation_id)
        mark = mark_of(handoff, conversation.last_seq)
        kind = "merged" if ticket.merged else "wrote_after"
        note = self._wording.follow_up(kind, handoff, conversation, mark)
        try:
            await self._system.say(ticket.id, note, public=False, reopen=True)
        except TicketError:
            async with self._conversations.transaction() as connection:
                await repository.give_up_reopening(connection, ticket.id)
            raise

    async def _look_later(
        self,
        connection: Connection,
        ticket: int,
        leased_until: datetime,
        *,
        least: timedelta | None = None,
        news: bool = False,
    ) -> None:
        await repository.look_again(
            connection, ticket, leased_until=leased_until, least=least or self._least, most=LONGEST, news=news
        )

    def _agent(self, follow_up: FollowUp) -> Agent:
        user = follow_up.user or 0
        return Agent(f"{CHANNEL}:{user}", self._names.get(user, NOBODY))


def is_answer(follow_up: FollowUp, account: int | None) -> bool:
    """Whether the customer is to read it: public words of somebody who works there.

    Not what our own account wrote, and not what came there by e-mail, whose sender anybody can make up.
    """
    return follow_up.public and bool(follow_up.text) and follow_up.user not in {None, account} and not follow_up.by_mail
