import asyncio
import contextlib
import random
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from api.conversations.service import DATABASE_TROUBLE, ConversationService
from api.metrics import Metrics
from api.outbox import repository
from api.outbox.models import Claimed
from api.outbox.ports import Delivered, Delivery, Failed, OutboundChannel, Retry
from api.outbox.service import OutboxService

log = structlog.get_logger(__name__)

AT_ONCE = 2  # deliveries of one channel in one process
MARGIN_SECONDS = 5.0  # between the end of a try and the end of its lease


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate`: messages a second by one channel, over all processes. The other times are in seconds."""

    rate: float = 5.0
    attempts: int = 12
    first_pause: float = 30.0
    longest_pause: float = 3600.0
    lease: float = 30.0
    poll: float = 1.0

    def pause(self, attempts: int) -> float:
        """Exponential with jitter: between half and all of `first_pause * 2 ** (attempts - 1)`."""
        full = min(self.longest_pause, self.first_pause * 2.0 ** (attempts - 1))
        return full * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


class OutboxWorker:
    """Delivers what the outbox holds, together with the workers of other processes.

    A message is leased while it is being delivered. A process that dies between delivery and commit leaves a lease that
    ends, and the message is delivered again with the same idempotency key: at least once.
    """

    def __init__(
        self,
        conversations: ConversationService,
        outbox: OutboxService,
        channels: Mapping[str, OutboundChannel],
        metrics: Metrics,
        *,
        owner: str,
        pace: Pace,
    ) -> None:
        self._conversations = conversations
        self._outbox = outbox
        self._channels = dict(channels)
        self._metrics = metrics
        self._owner = owner
        self._pace = pace

    async def run(self) -> None:
        loops = [self._loop(name) for name in self._channels for _ in range(AT_ONCE)]
        await asyncio.gather(self._keep_measuring(), *loops)

    async def deliver_next(self, name: str) -> bool:
        """Whether there was something to deliver now."""
        claimed = await self._claim(name)
        if claimed is None:
            return False
        delivery = await self._try(name, claimed)
        await self._settle(name, claimed, delivery)
        return True

    async def _loop(self, name: str) -> None:
        while True:
            found = False
            try:
                found = await self.deliver_next(name)
            except DATABASE_TROUBLE as error:
                log.warning("outbox_interrupted", channel=name, error=type(error).__name__)
            except Exception:
                log.exception("outbox_crashed", channel=name)
            if not found:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._pace.poll):
                        await self._outbox.wanted.wait()
                self._outbox.wanted.clear()

    async def _claim(self, name: str) -> Claimed | None:
        async with self._conversations.transaction() as connection:
            await repository.add_channel(connection, name)
            if not await repository.channel_is_free(connection, name):
                return None
            claimed = await repository.claim(connection, name, owner=self._owner, lease=self._pace.lease)
            if claimed:
                await repository.occupy_channel(connection, name, 1 / self._pace.rate)
            return claimed

    async def _try(self, name: str, claimed: Claimed) -> Delivery:
        """Never longer than the lease."""
        try:
            async with asyncio.timeout(self._pace.lease - min(MARGIN_SECONDS, self._pace.lease / 2)):
                return await self._channels[name].deliver(claimed.message, claimed.id)
        except TimeoutError:
            return Retry("no answer in time")

    async def _settle(self, name: str, claimed: Claimed, delivery: Delivery) -> None:
        outcome = self._outcome(claimed, delivery)
        problem = None if isinstance(delivery, Delivered) else delivery.problem
        async with self._conversations.transaction() as connection:
            if isinstance(delivery, Retry) and outcome == "retried":
                seconds = max(self._pace.pause(claimed.attempts), delivery.after or 0)
                settled = await repository.postpone(
                    connection, claimed, owner=self._owner, seconds=seconds, problem=delivery.problem
                )
                if delivery.whole_channel:
                    await repository.occupy_channel(connection, name, delivery.after or self._pace.pause(1))
            else:
                settled = await repository.finish(
                    connection, claimed, owner=self._owner, state=outcome, problem=problem
                )
        if settled:
            self._metrics.deliveries.labels(name, outcome).inc()
            log.info("delivery", id=str(claimed.id), channel=name, outcome=outcome, attempts=claimed.attempts)

    def _outcome(self, claimed: Claimed, delivery: Delivery) -> str:
        if isinstance(delivery, Delivered):
            return "delivered"
        if isinstance(delivery, Failed) or claimed.attempts >= self._pace.attempts:
            return "dead"
        return "retried"

    async def measure(self) -> None:
        async with self._conversations.reading() as connection:
            backlog = await repository.backlog(connection)
        for each in backlog:
            self._metrics.outbox_pending.labels(each.channel).set(each.pending)
            self._metrics.outbox_dead.labels(each.channel).set(each.dead)

    async def _keep_measuring(self) -> None:
        while True:
            with contextlib.suppress(*DATABASE_TROUBLE):
                await self.measure()
            await asyncio.sleep(5 * self._pace.poll)
