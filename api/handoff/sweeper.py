import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from api.conversations.models import Conversation, State
from api.conversations.service import ConversationService
from api.handoff import repository, routing
from api.handoff.routing import head_start
from api.handoff.service import HandoffService
from api.handoff.states import IllegalMove
from common.database import Connection

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
NEAR = 10  # positions in which every step is told; further back every fifth
STEP = 5
TIERS_AT_ONCE = 20
LATE = timedelta(hours=1)  # after the moment that a customer was told

TierOf = Callable[[Conversation], Awaitable[str | None]]


class LineSweeper:
    """Looks after the line: brings back what was left behind, owns up to late answers, fills places, tells positions.

    Of several gateway processes one does so at a time. Whatever it finds is checked again under the conversation's
    lock, so that it may be interrupted anywhere, and advisors may claim at the same moment.
    """

    def __init__(
        self,
        conversations: ConversationService,
        handoff: HandoffService,
        *,
        automatic: bool,
        grace: timedelta,
        tier_of: TierOf,
        preferred_tiers: frozenset[str] = frozenset(),
    ) -> None:
        """`automatic`: places are given out; else only returning customers go to who knows them.

        `tier_of` asks the shop; None where it did not answer.
        """
        self._conversations = conversations
        self._handoff = handoff
        self._automatic = automatic
        self._grace = grace
        self._tier_of = tier_of
        self._preferred_tiers = preferred_tiers

    async def run(self) -> None:
        while True:
            try:
                await self.sweep()
            except (psycopg.Error, PoolTimeout, OSError) as error:
                log.warning("line_not_swept", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def sweep(self) -> None:
        async with self._conversations.transaction() as guard:
            if not await repository.try_sweeping(guard):
                return
            for conversation_id in await repository.abandoned(guard, grace=self._grace):
                async with self._conversations.transaction() as connection:
                    await self._handoff.release(connection, conversation_id, grace=self._grace)
            for conversation_id in await repository.overdue(guard, late=LATE):
                async with self._conversations.transaction() as connection:
                    await self._handoff.apologise(connection, conversation_id, late=LATE)
            await self._learn_tiers(guard)
            await self._assign(guard)
            await self._tell_positions(guard)

    async def _learn_tiers(self, guard: Connection) -> None:
        if not self._preferred_tiers:
            return
        for conversation_id in await repository.without_tier(guard, limit=TIERS_AT_ONCE):
            tier = await self._tier_of(await self._conversations.get(guard, conversation_id))
            if tier is None:
                return  # the shop does not answer: the next sweep asks again
            async with self._conversations.transaction() as connection:
                conversation = await self._conversations.lock(connection, conversation_id)
                handoff = await self._handoff.current(connection, conversation_id)
                if handoff and conversation.state is State.QUEUED:
                    preferred, left = tier in self._preferred_tiers, handoff.left_at is not None
                    start = head_start(handoff.reason, preferred_tier=preferred, left=left)
                    await repository.set_tier(connection, handoff.id, tier, start)

    async def _assign(self, guard: Connection) -> None:
        wishes, advisors = await self._handoff.line.wishes(guard), await self._handoff.line.advisors(guard)
        now = datetime.now(UTC)
        for wish, advisor in routing.assign(wishes, advisors, now, known_only=not self._automatic):
            try:
                async with self._conversations.transaction() as connection:
                    await self._handoff.assign(connection, wish.conversation_id, advisor.id)
            except IllegalMove:  # it moved on in the same moment
                continue

    async def _tell_positions(self, guard: Connection) -> None:
        wishes, advisors = await self._handoff.line.wishes(guard), await self._handoff.line.advisors(guard)
        told = await repository.told_positions(guard)
        for wish in wishes:
            known, now = told.get(wish.id), routing.position(wish, wishes, advisors)
            if routing.able(wish, advisors) and worth_telling(known, now):
                async with self._conversations.transaction() as connection:
                    await self._handoff.tell_position(connection, wish.conversation_id)


def worth_telling(known: int | None, now: int) -> bool:
    return known is None or (known != now and (now <= NEAR or abs(known - now) >= STEP))
