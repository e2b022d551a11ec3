from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]


def create_pool(url: str, *, schema: str, max_size: int = 10) -> Pool:
    """A closed pool of connections with dict rows, autocommit off and `search_path` on the service's schema.

    The caller opens and closes it: `async with create_pool(…) as pool`.
    """
    return AsyncConnectionPool(
        url,
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
