from uuid import UUID

from api.conversations.models import Conversation
from api.conversations.service import ConversationService
from api.handoff.models import Handoff, handoff_id_of
from api.handoff.service import HandoffService
from api.outbox.ports import Delivered, Delivery, Failed, OutboundMessage, Retry
from api.tickets import repository
from api.tickets.errors import Away, Refused
from api.tickets.models import Ticket
from api.tickets.ports import TicketSystem
from api.tickets.wording import Wording, mark_of, reference_line

TRANSCRIPT = 100  # entries of the log
PUBLIC = {"said", "again"}


class TicketChannel:
    """Brings wishes and what customers say to the ticket system.

    The system has no idempotency keys. Where an earlier try may have worked it is asked first, and where a call fails
    it is asked whether it did what it says it did not.
    """

    def __init__(
        self, conversations: ConversationService, handoff: HandoffService, system: TicketSystem, wording: Wording
    ) -> None:
        self._conversations = conversations
        self._handoff = handoff
        self._system = system
        self._wording = wording

    async def deliver(self, message: OutboundMessage, idempotency_key: UUID) -> Delivery:  # noqa: ARG002 - there is no use for it
        reference, _, kind = message.address.partition(" ")
        async with self._conversations.reading() as connection:
            handoff = await self._handoff.get(connection, handoff_id_of(reference))
            conversation = await self._conversations.get(connection, message.conversation_id)
        if handoff is None:
            return Failed("the hand-off is gone")
        try:
            ticket = await self._ticket(handoff, conversation, before=message.seq)
            if kind != "open":
                await self._add(ticket, kind, handoff, conversation, message)
        except Away as error:
            return Retry(str(error), after=error.after, whole_channel=error.altogether)
        except Refused as error:
            return Failed(str(error))
        return Delivered()

    async def _ticket(self, handoff: Handoff, conversation: Conversation, *, before: int) -> int:
        """The id of the hand-off's ticket, which is made if need be: once, whatever happens in between."""
        async with self._conversations.transaction() as connection:
            known = await repository.of_handoff(connection, handoff.id)
            if known is None:
                await repository.want(connection, handoff.id)
        if known and known.ticket is not None:
            return known.ticket
        found = None
        if known and known.newest_before is not None:
            found = await self._system.find(reference_line(handoff), after=known.newest_before)
        ticket = found or await self._open(handoff, conversation, before=before)
        if ticket.author is None:
            raise Refused("the ticket does not say whose it is")  # our own follow-ups would be taken for answers
        async with self._conversations.transaction() as connection:
            await repository.made(connection, handoff.id, ticket.id, ticket.author)
        return ticket.id

    async def _open(self, handoff: Handoff, conversation: Conversation, *, before: int) -> Ticket:
        newest = await self._system.newest()
        async with self._conversations.transaction() as connection:
            await repository.begin(connection, handoff.id, newest)
            start = max(0, before - 1 - TRANSCRIPT)
            events = await self._conversations.events(connection, conversation.id, after=start, limit=TRANSCRIPT)
        said = [event for event in events if event.seq < before]
        try:
            return await self._system.open(self._wording.ticket(handoff, conversation, said))
        except Away:
            found = await self._system.find(reference_line(handoff), after=newest)
            if found is None:
                raise
            return found

    async def _add(
        self, ticket: int, kind: str, handoff: Handoff, conversation: Conversation, message: OutboundMessage
    ) -> None:
        mark = mark_of(handoff, message.seq)
        if message.repeated and await self._has(ticket, mark):
            return
        name = "left_email" if kind == "left" and handoff.email else kind
        text = self._wording.follow_up(name, handoff, conversation, mark, text=message.text)
        reopen = kind == "again" or (kind == "said" and handoff.closed_at is not None)
        try:
            await self._system.say(ticket, text, public=kind in PUBLIC, reopen=reopen)
        except Away:
            if not await self._has(ticket, mark):
                raise
        if kind == "said" and not reopen and await self._closed(handoff):
            note = self._wording.follow_up("wrote_after", handoff, conversation, mark)
            await self._system.say(ticket, note, public=False, reopen=True)

    async def _closed(self, handoff: Handoff) -> bool:
        """Whether people have closed it in the same moment: then they would not look at it again."""
        async with self._conversations.reading() as connection:
            now = await self._handoff.get(connection, handoff.id)
        return now is None or now.closed_at is not None

    async def _has(self, ticket_id: int, mark: str) -> bool:
        ticket = await self._system.ticket(ticket_id)
        return ticket is not None and ticket.has(mark)
