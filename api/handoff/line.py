from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from api.conversations.models import Conversation
from api.handoff import repository, routing
from api.handoff.models import Handoff
from api.handoff.routing import Advisor, Wish, language_of
from api.staff.service import StaffService
from common.database import Connection

MEASURED = 50  # conversations that an estimate looks back on
MEASURED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a customer can expect: `advisors` at the desk who could serve them; no `minutes` unless measured.

    `position` is None where no line is kept.
    """

    position: int | None
    advisors: int
    minutes: int | None


class Line:
    """Who waits and who is at the desk, read from the database for the rules of `routing.py`."""

    def __init__(self, staff: StaffService) -> None:
        self._staff = staff

    async def wishes(self, connection: Connection) -> list[Wish]:
        return await repository.in_line(connection)

    async def advisors(self, connection: Connection) -> list[Advisor]:
        loads = await repository.loads(connection)
        return [
            Advisor(each.id, each.skills, each.languages, each.capacity, **loads.get(each.id, {}))
            for each in await self._staff.advisors_present(connection)
        ]

    async def loads(self, connection: Connection) -> dict[UUID, int]:
        """How many conversations each advisor holds now."""
        return {advisor: each["load"] for advisor, each in (await repository.loads(connection)).items()}

    async def outlook(self, connection: Connection, handoff: Handoff, conversation: Conversation) -> Outlook:
        wish = Wish(
            handoff.id,
            conversation.id,
            handoff.skill,
            language_of(conversation.locale),
            handoff.rank_at,
            handoff.known_to,
        )
        return await self.outlook_of(connection, wish, await self.wishes(connection), await self.advisors(connection))

    async def outlook_of(
        self, connection: Connection, wish: Wish, wishes: Sequence[Wish], advisors: Sequence[Advisor]
    ) -> Outlook:
        position = routing.position(wish, wishes, advisors)
        able = len(routing.able(wish, advisors))
        if not able:
            return Outlook(position, 0, None)
        times = await repository.handling_times(connection, wish.skill, last=MEASURED, within=MEASURED_WITHIN)
        return Outlook(position, able, routing.minutes(position, times, able))
