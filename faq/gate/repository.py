from collections.abc import Sequence

from psycopg.rows import class_row

from common.database import Connection
from faq.gate.models import Golden

_GOLDEN = "SELECT id, text, expected, language, author, at FROM goldens "


async def goldens(connection: Connection) -> Sequence[Golden]:
    async with connection.cursor(row_factory=class_row(Golden)) as cursor:
        await cursor.execute(_GOLDEN + "ORDER BY expected NULLS LAST, id")
        return await cursor.fetchall()


async def add(
    connection: Connection, text: str, expected: str | None, language: str | None, *, author: str | None
) -> Golden | None:
    """None where the question is golden already."""
    async with connection.cursor(row_factory=class_row(Golden)) as cursor:
        await cursor.execute(
            """INSERT INTO goldens (text, expected, language, author) VALUES (%s, %s, %s, %s)
               ON CONFLICT DO NOTHING RETURNING id, text, expected, language, author, at""",
            (text, expected, language, author),
        )
        return await cursor.fetchone()


async def put(
    connection: Connection, text: str, expected: str | None, language: str | None, *, author: str | None
) -> None:
    """Add it, or say anew what it expects."""
    await connection.execute(
        """INSERT INTO goldens (text, expected, language, author) VALUES (%s, %s, %s, %s)
           ON CONFLICT (lower(text), coalesce(language, ''))
           DO UPDATE SET expected = excluded.expected, author = excluded.author, at = now()""",
        (text, expected, language, author),
    )


async def remove(connection: Connection, golden: int) -> Golden | None:
    async with connection.cursor(row_factory=class_row(Golden)) as cursor:
        await cursor.execute(
            "DELETE FROM goldens WHERE id = %s RETURNING id, text, expected, language, author, at", (golden,)
        )
        return await cursor.fetchone()


async def count(connection: Connection) -> int:
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT count(*) AS number FROM goldens")
        row = await cursor.fetchone()
    return int(row["number"]) if row else 0
