import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from api.assistant import repository
from api.assistant.load import MEASURE_SECONDS, Load
from api.assistant.models import Turn
from api.assistant.turns import TurnRunner
from api.conversations.errors import UnknownConversation
from api.conversations.service import DATABASE_TROUBLE, ConversationService
from api.database_trouble import kind_of
from api.metrics import Metrics

log = structlog.get_logger(__name__)

STOP_SECONDS = 5.0


class TurnWorker:
    """Answers open turns, one at a time in each conversation, together with the workers of other processes.

    A lease on the oldest open turn says who is at it. It is renewed while the turn runs; when its process died it ends,
    and whoever sweeps next takes the turn up again.
    """

    def __init__(
        self,
        conversations: ConversationService,
        runner: TurnRunner,
        load: Load,
        metrics: Metrics,
        *,
        owner: str,
        lease: float,
    ) -> None:
        self._conversations = conversations
        self._runner = runner
        self.load = load
        self._metrics = metrics
        self._owner = owner
        self._lease = lease
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._look_again: set[UUID] = set()
        self._running: set[UUID] = set()
        self._stopping = False
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._loops = [
            asyncio.create_task(self._every(self._lease / 2, self.sweep), name="turn-sweeper"),
            asyncio.create_task(self._every(self._lease / 3, self._renew), name="lease-renewal"),
            asyncio.create_task(self._every(MEASURE_SECONDS, self._measure), name="load"),
        ]

    async def stop(self) -> None:
        """Finish what runs if it is quick; leave the rest to others."""
        self._stopping = True
        tasks = set(self._busy.values())
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in (*tasks, *self._loops):
            task.cancel()
        await asyncio.gather(*tasks, *self._loops, return_exceptions=True)
        with contextlib.suppress(*DATABASE_TROUBLE):
            async with self._conversations.transaction() as connection:
                await repository.release(connection, owner=self._owner)

    def kick(self, conversation_id: UUID, turn: Turn | None = None, *, after: float = 0) -> None:
        """There may be something to answer in `after` seconds; `turn` is leased by this process already."""
        if self._stopping:
            return
        if after and turn is None:
            asyncio.get_running_loop().call_later(after, self.kick, conversation_id)
            return
        if conversation_id in self._busy:
            self._look_again.add(conversation_id)
            return
        task = asyncio.create_task(self._drain(conversation_id, turn), name=f"turns-{conversation_id}")
        self._busy[conversation_id] = task
        self.load.hold(len(self._busy))

    async def sweep(self) -> None:
        """Take up what nobody is at, as much as there is room: of a process that died, or left when it stopped."""
        async with self._conversations.transaction() as connection:
            conversation_ids = await repository.abandoned(connection, limit=self.load.room)
        for conversation_id in conversation_ids:
            self.kick(conversation_id)

    async def _drain(self, conversation_id: UUID, turn: Turn | None) -> None:
        try:
            while not self._stopping:
                self._look_again.discard(conversation_id)
                turn = turn or await self._claim(conversation_id)
                while turn and not self._stopping:
                    turn = await self._run(turn)
                if conversation_id not in self._look_again:
                    return
        except DATABASE_TROUBLE as error:
            self._interrupted("turn_interrupted", error, conversation=str(conversation_id))
        except Exception:
            log.exception("turn_crashed", conversation=str(conversation_id))
        finally:
            del self._busy[conversation_id]
            self.load.hold(len(self._busy))
            self._look_again.discard(conversation_id)

    async def _run(self, turn: Turn) -> Turn | None:
        self._running.add(turn.message_id)
        try:
            return await self._runner.run(turn)
        finally:
            self._running.discard(turn.message_id)

    async def _claim(self, conversation_id: UUID) -> Turn | None:
        async with self._conversations.transaction() as connection:
            try:
                await self._conversations.lock(connection, conversation_id)
            except UnknownConversation:
                return None
            return await repository.claim_next(connection, conversation_id, owner=self._owner, lease=self._lease)

    async def _measure(self) -> None:
        async with self._conversations.reading() as connection:
            await self.load.measure(connection)

    async def _renew(self) -> None:
        if self._running:
            async with self._conversations.transaction() as connection:
                await repository.renew(connection, list(self._running), owner=self._owner, lease=self._lease)

    def _interrupted(self, event: str, error: Exception, **facts: str) -> None:
        kind = kind_of(error)
        self._metrics.database_troubles.labels(kind).inc()
        log.warning(event, kind=kind, error=type(error).__name__, **facts)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except DATABASE_TROUBLE as error:
                self._interrupted("worker_interrupted", error)
            except Exception:
                log.exception("worker_crashed")
            await asyncio.sleep(seconds)
