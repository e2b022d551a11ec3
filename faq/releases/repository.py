from collections.abc import Mapping
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from common.database import Connection, fetch_all, fetch_one
from faq.releases.models import Release, Step

CHANNEL = "faq_published"


async def begin(
    connection: Connection,
    kind: str,
    *,
    author: str | None,
    note: str | None = None,
    gate: Mapping[str, Any] | None = None,
) -> int:
    """A release to which `go_live` adds entries, in this transaction."""
    row = await fetch_one(
        connection,
        "INSERT INTO releases (kind, author, note, gate) VALUES (%s, %s, %s, %s) RETURNING id",
        kind,
        author,
        note,
        Jsonb(dict(gate)) if gate is not None else None,
    )
    assert row is not None
    return int(row["id"])


async def go_live(connection: Connection, release: int, entry: str, number: int | None, *, author: str | None) -> None:
    """Make version `number` (None: none) what customers get; followers are told when the transaction commits."""
    await connection.execute(
        """UPDATE entries SET live_version = %(number)s::integer,
               published_at = CASE WHEN %(number)s::integer IS NULL THEN published_at ELSE now() END,
               archived_at = CASE WHEN %(number)s::integer IS NULL THEN archived_at END,
               review_version = CASE WHEN %(number)s::integer = version THEN NULL ELSE review_version END
           WHERE id = %(entry)s""",
        {"number": number, "entry": entry},
    )
    await connection.execute(
        "INSERT INTO publications (release, entry, version, author) VALUES (%s, %s, %s, %s)",
        (release, entry, number, author),
    )


async def announce(connection: Connection) -> None:
    """Count the revision up, last in a transaction that changed what is live."""
    await connection.execute("UPDATE live_revision SET revision = revision + 1")
    await connection.execute(f"NOTIFY {CHANNEL}")


async def revision(connection: Connection, *, held: bool = False) -> int:
    """`held`: nobody else changes what is live until this transaction ends."""
    lock = " FOR UPDATE" if held else ""
    row = await fetch_one(connection, f"SELECT revision FROM live_revision{lock}")  # noqa: S608 - one of two words
    return int(row["revision"]) if row else 0


async def history(connection: Connection, *, before: int | None, limit: int) -> list[Release]:
    """Newest first."""
    rows = await fetch_all(
        connection,
        """SELECT id, kind, author, at, note, gate FROM releases
           WHERE %s::bigint IS NULL OR id < %s ORDER BY id DESC LIMIT %s""",
        before,
        before,
        limit,
    )
    steps = await fetch_all(
        connection,
        """SELECT release, entry, version, before FROM (
               SELECT release, entry, version,
                      lag(version) OVER (PARTITION BY entry ORDER BY revision) AS before FROM publications
           ) AS steps WHERE release = ANY(%s) ORDER BY entry""",
        [row["id"] for row in rows],
    )
    return [_release(row, [step for step in steps if step["release"] == row["id"]]) for row in rows]


async def exists(connection: Connection, release: int) -> bool:
    return await fetch_one(connection, "SELECT 1 FROM releases WHERE id = %s", release) is not None


async def live_after(connection: Connection, release: int) -> dict[str, int | None]:
    """Entry → version that was live right after the release, for every entry there is."""
    rows = await fetch_all(
        connection,
        """SELECT e.id, (SELECT p.version FROM publications p WHERE p.entry = e.id AND p.release <= %s
                         ORDER BY p.revision DESC LIMIT 1) AS version FROM entries e ORDER BY e.id""",
        release,
    )
    return {row["id"]: row["version"] for row in rows}


async def live_now(connection: Connection) -> dict[str, int | None]:
    rows = await fetch_all(connection, "SELECT id, live_version FROM entries ORDER BY id")
    return {row["id"]: row["live_version"] for row in rows}


def _release(row: DictRow, steps: list[DictRow]) -> Release:
    done = tuple(Step(step["entry"], step["version"], step["before"]) for step in steps)
    return Release(row["id"], row["kind"], row["author"], row["at"], row["note"], row["gate"], done)
