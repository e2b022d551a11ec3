from api.conversations.models import Event
from api.handoff.models import Handoff
from common.database import Connection


class BuiltInDesk:
    """The desk at `/desk`. Its advisors read the conversation itself, so that nothing has to be carried there."""

    live = True

    async def queued(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        pass

    async def said(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        pass

    async def left(self, connection: Connection, handoff: Handoff, event: Event) -> None:
        pass
