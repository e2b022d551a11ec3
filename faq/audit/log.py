"""Who did what, written in the transaction that did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from common.database import Connection


@dataclass(frozen=True, slots=True)
class Deed:
    id: int
    at: datetime
    author: str | None
    action: str
    entry: str | None
    version: int | None
    release: int | None
    note: str | None


async def record(
    connection: Connection,
    action: str,
    *,
    author: str | None,
    entry: str | None = None,
    version: int | None = None,
    release: int | None = None,
    note: str | None = None,
) -> None:
    await connection.execute(
        "INSERT INTO audit (action, author, entry, version, release, note) VALUES (%s, %s, %s, %s, %s, %s)",
        (action, author, entry, version, release, note),
    )


async def page(connection: Connection, *, entry: str | None, before: int | None, limit: int) -> Sequence[Deed]:
    """Newest first; `before` is the id at which the page before ended."""
    async with connection.cursor(row_factory=class_row(Deed)) as cursor:
        await cursor.execute(
            """SELECT id, at, author, action, entry, version, release, note FROM audit
               WHERE (%(entry)s::text IS NULL OR entry = %(entry)s)
                 AND (%(before)s::bigint IS NULL OR id < %(before)s)
               ORDER BY id DESC LIMIT %(limit)s""",
            {"entry": entry, "before": before, "limit": limit},
        )
        return await cursor.fetchall()
