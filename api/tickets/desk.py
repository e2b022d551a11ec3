from datetime import timedelta

from api.conversations.models import Event
from api.handoff.models import Handoff
from api.handoff.ports import Post
from api.tickets import repository
from common.database import Connection

CHANNEL = "helpdesk"  # of the outbox, and the name before the ids of its people
AGAIN_WITHIN = timedelta(days=1)  # in this time a customer who comes back gets the same ticket, and so the same people


class TicketDesk:
    """A ticket system as the desk: what has to get there is written to the outbox, which `TicketChannel` delivers."""

    live = False

    def __init__(self, post: Post) -> None:
        self._post = post

    async def queued(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        again = await repository.of_handoff(connection, handoff.id) is not None
        again = again or await repository.take_on(connection, handoff.id, within=AGAIN_WITHIN)
        if not again:
            await repository.want(connection, handoff.id)
        await self._write(connection, handoff, event, "again" if again else "open")

    async def said(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        await self._write(connection, handoff, event, "said")

    async def left(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        await self._write(connection, handoff, event, "left")

    async def _write(self, connection: Connection, handoff: Handoff, event: Event, kind: str) -> None:
        address = f"{handoff.reference} {kind}"
        await self._post.enqueue(connection, handoff.conversation_id, event, CHANNEL, address)
