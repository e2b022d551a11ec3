"""Keep the index of this process equal to what is published: told by NOTIFY, and looking by itself now and then."""

import asyncio
from functools import partial

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from common.database import Pool
from faq.engine import Engine
from faq.entries import repository
from faq.live.vectors import ensure_vectors
from faq.releases import repository as releases

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0


class Follower:
    def __init__(self, pool: Pool, url: str, engine: Engine, *, poll_seconds: float) -> None:
        self._pool = pool
        self._url = url
        self._engine = engine
        self._poll_seconds = poll_seconds
        self._revision: int | None = None
        self._one_at_a_time = asyncio.Lock()
        engine.keeps_vectors(partial(ensure_vectors, pool))

    async def refresh(self) -> None:
        """Swap in a new index if anything was published since the last look."""
        async with self._one_at_a_time:
            async with self._pool.connection() as connection, connection.transaction():
                await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                revision = await releases.revision(connection)
                if revision == self._revision:
                    return
                entries = await repository.all_live(connection)
            await self._engine.replace(entries, revision=revision)
            self._revision = revision
            log.info("index_live", revision=revision, entries=len(entries))

    async def follow(self) -> None:
        """Runs until cancelled; a database that is gone leaves the last index live."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, PoolTimeout, OSError) as error:
                log.warning("index_follow_failed", error=type(error).__name__)
            except Exception as error:
                log.exception("index_refresh_failed", error=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute(f"LISTEN {releases.CHANNEL}")
            while True:
                await self.refresh()
                await self._engine.catch_up()
                async for _ in connection.notifies(timeout=self._poll_seconds, stop_after=1):
                    pass
