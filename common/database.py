import asyncio
from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

PATIENCE_SECONDS = 10.0  # for a connection; who waits longer is told to come back

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]
Statement = tuple[str, Sequence[Any]]  # with its parameters


class CancellablePool(AsyncConnectionPool[Connection]):
    """Who is cancelled while waiting for a connection stays cancelled, and while giving it back has given it back.

    psycopg's pool waits with `asyncio.wait_for`, which before Python 3.12 forgets a cancellation that comes together
    with the connection (python/cpython#86296); a background loop then runs on, and who waits for its end waits forever.
    """

    async def getconn(self, timeout: float | None = None) -> Connection:  # noqa: ASYNC109 - the pool's own
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        connection = await super().getconn(timeout)
        if task and task.cancelling() > before:
            await self.putconn(connection)
            raise asyncio.CancelledError
        return connection

    async def putconn(self, conn: Connection) -> None:
        """The pool's own waits for a lock: a connection whose giver is cancelled there would be nobody's for ever."""
        await asyncio.shield(super().putconn(conn))


def create_pool(url: str, *, schema: str, max_size: int = 10) -> Pool:
    """A closed pool of connections with dict rows, autocommit off and `search_path` on the service's schema.

    The caller opens and closes it: `async with create_pool(…) as pool`.
    """
    return CancellablePool(
        url,
        timeout=PATIENCE_SECONDS,
        connection_class=AsyncConnection[DictRow],
        kwargs={"row_factory": dict_row, "options": f"-c search_path={schema},public -c timezone=UTC"},
        min_size=1,
        max_size=max_size,
        open=False,
    )


async def fetch_one(connection: Connection, query: str, *args: Any) -> DictRow | None:
    return await (await connection.execute(query, args)).fetchone()


async def fetch_all(connection: Connection, query: str, *args: Any) -> list[DictRow]:
    return await (await connection.execute(query, args)).fetchall()


async def fetch_together(connection: Connection, *statements: Statement) -> list[list[DictRow]]:
    """The rows of each, in one round trip to the server; where a transaction begins with them, its BEGIN comes along.

    Each sees what was committed before it began, so also what an earlier one of them has waited for.
    """
    async with connection.pipeline():
        cursors = [await connection.execute(query, args) for query, args in statements]
    return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]
