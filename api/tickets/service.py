from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from api.conversations.service import ConversationService
from api.handoff.agents import AgentService
from api.handoff.service import HandoffService
from api.handoff.voice import Voice
from api.metrics import Metrics
from api.outbox.service import OutboxService
from api.tickets.channel import TicketChannel
from api.tickets.ports import TicketSystem
from api.tickets.watcher import TicketWatcher
from api.tickets.wording import Wording


@dataclass(frozen=True, slots=True)
class Tickets:
    """Both directions between conversations and a ticket system."""

    channel: TicketChannel
    watcher: TicketWatcher

    @classmethod
    def of(
        cls,
        system: TicketSystem,
        conversations: ConversationService,
        handoff: HandoffService,
        outbox: OutboxService,
        *,
        metrics: Metrics,
        names: Mapping[int, str],
        least: timedelta,
    ) -> Self:
        """`names`: what customers see of the system's people; `least`: between two looks at the same ticket."""
        wording = Wording()
        agents = AgentService(conversations, handoff, Voice(conversations, outbox))
        watcher = TicketWatcher(
            conversations,
            handoff,
            agents,
            outbox,
            metrics=metrics,
            system=system,
            wording=wording,
            names=names,
            least=least,
        )
        return cls(TicketChannel(conversations, handoff, system, wording), watcher)

    async def run(self) -> None:
        await self.watcher.run()
