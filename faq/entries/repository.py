from collections.abc import Iterable, Sequence

import numpy as np
from psycopg.rows import DictRow

from common.database import Connection, fetch_all, fetch_one
from faq.encoder.ports import Views
from faq.entries.models import Audience, Button, Content, Entry, Published, Status

_CONTENT = (
    "question",
    "phrasings",
    "answer",
    "category",
    "language",
    "tags",
    "valid_from",
    "valid_until",
    "audience",
    "tiers",
    "related",
    "button_title",
    "button_skill",
    "translates",
)
_ENTRY = f"""
SELECT e.id, v.version, {", ".join(f"v.{name}" for name in _CONTENT)}, v.author, v.note, v.saved_at,
       e.version AS latest, e.live_version AS live, e.published_at, e.review_version AS review, e.archived_at
FROM entries e JOIN versions v ON v.entry = e.id
"""  # noqa: S608 - names of ours


async def newest(connection: Connection, entry: str) -> Entry | None:
    row = await fetch_one(connection, _ENTRY + "WHERE e.id = %s AND v.version = e.version", entry)
    return _entry(row) if row else None


async def live(connection: Connection, entry: str) -> Entry | None:
    row = await fetch_one(connection, _ENTRY + "WHERE e.id = %s AND v.version = e.live_version", entry)
    return _entry(row) if row else None


async def version(connection: Connection, entry: str, number: int) -> Entry | None:
    row = await fetch_one(connection, _ENTRY + "WHERE e.id = %s AND v.version = %s", entry, number)
    return _entry(row) if row else None


async def versions(connection: Connection, entry: str) -> list[Entry]:
    rows = await fetch_all(connection, _ENTRY + "WHERE e.id = %s ORDER BY v.version DESC", entry)
    return [_entry(row) for row in rows]


async def all_newest(connection: Connection) -> list[Entry]:
    rows = await fetch_all(connection, _ENTRY + "WHERE v.version = e.version ORDER BY v.category NULLS LAST, e.id")
    return [_entry(row) for row in rows]


async def all_live(connection: Connection) -> list[Published]:
    rows = await fetch_all(connection, _ENTRY + "WHERE v.version = e.live_version ORDER BY e.id")
    return [Published(row["id"], row["version"], _content(row)) for row in rows]


async def lock(connection: Connection, entry: str) -> bool:
    """Whether the entry exists; it is ours until the transaction ends."""
    return await fetch_one(connection, "SELECT 1 FROM entries WHERE id = %s FOR UPDATE", entry) is not None


async def lock_all(connection: Connection) -> None:
    """Entries are written one transaction at a time; readers are not held up."""
    await connection.execute("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE")


async def insert(connection: Connection, entry: str) -> bool:
    """False where the id is taken."""
    query = "INSERT INTO entries (id, version) VALUES (%s, 1) ON CONFLICT DO NOTHING"
    return (await connection.execute(query, (entry,))).rowcount == 1


async def save(
    connection: Connection, entry: str, number: int, content: Content, *, author: str | None, note: str | None = None
) -> None:
    """Add version `number` and make it the newest."""
    row = _row(content) | {"entry": entry, "version": number, "author": author, "note": note}
    await connection.execute(
        f"INSERT INTO versions ({', '.join(row)}) VALUES ({', '.join(f'%({name})s' for name in row)})",  # noqa: S608 - names of ours
        row,
    )
    await connection.execute("UPDATE entries SET version = %s, updated_at = now() WHERE id = %s", (number, entry))


async def ask_review(connection: Connection, entry: str, number: int | None) -> None:
    """Version `number` waits for somebody to look at it; None: nothing does."""
    await connection.execute("UPDATE entries SET review_version = %s WHERE id = %s", (number, entry))


async def archive(connection: Connection, entry: str) -> None:
    await connection.execute("UPDATE entries SET archived_at = now(), review_version = NULL WHERE id = %s", (entry,))


async def take_up(connection: Connection, entry: str) -> None:
    """Out of the archive."""
    await connection.execute("UPDATE entries SET archived_at = NULL WHERE id = %s", (entry,))


async def asked_alike(connection: Connection, entry: str, question: str, language: str) -> list[Entry]:
    """Other entries whose newest version asks exactly this, case and space aside."""
    rows = await fetch_all(
        connection,
        _ENTRY
        + """WHERE v.version = e.version AND e.archived_at IS NULL AND e.id <> %s AND v.language = %s
             AND lower(regexp_replace(normalize(v.question, NFKC), '\\s+', ' ', 'g'))
               = lower(regexp_replace(normalize(%s, NFKC), '\\s+', ' ', 'g')) ORDER BY e.id""",
        entry,
        language,
        question,
    )
    return [_entry(row) for row in rows]


async def unknown_ids(connection: Connection, entries: Sequence[str]) -> list[str]:
    """Those that no entry has."""
    rows = await fetch_all(connection, "SELECT id FROM entries WHERE id = ANY(%s)", list(entries))
    known = {row["id"] for row in rows}
    return [entry for entry in entries if entry not in known]


async def known_vectors(connection: Connection, model: str, texts: Sequence[str], width: int) -> dict[str, Views]:
    rows = await fetch_all(
        connection,
        "SELECT text, vector FROM vectors WHERE model = %s AND text = ANY(%s) AND length(vector) = %s",
        model,
        list(texts),
        4 * width,
    )
    return {row["text"]: np.frombuffer(row["vector"], dtype="<f4") for row in rows}


async def store_vectors(connection: Connection, model: str, vectors: Iterable[tuple[str, Views]]) -> None:
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO vectors (model, text, vector) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [(model, text, vector.astype("<f4").tobytes()) for text, vector in vectors],
        )


def _row(content: Content) -> dict[str, object]:
    button = content.button
    return {
        "question": content.question,
        "phrasings": list(content.phrasings),
        "answer": content.answer,
        "category": content.category,
        "language": content.language,
        "tags": list(content.tags),
        "valid_from": content.valid_from,
        "valid_until": content.valid_until,
        "audience": content.audience.value,
        "tiers": list(content.tiers),
        "related": list(content.related),
        "button_title": button.title if button else None,
        "button_skill": button.skill if button else None,
        "translates": content.translates,
    }


def _content(row: DictRow) -> Content:
    return Content(
        question=row["question"],
        phrasings=tuple(row["phrasings"]),
        answer=row["answer"],
        category=row["category"],
        language=row["language"],
        tags=tuple(row["tags"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        audience=Audience(row["audience"]),
        tiers=tuple(row["tiers"]),
        related=tuple(row["related"]),
        button=Button(row["button_title"], row["button_skill"]) if row["button_skill"] else None,
        translates=row["translates"],
    )


def _status(row: DictRow) -> Status:
    if row["archived_at"]:
        return Status.ARCHIVED
    if row["live"]:
        return Status.PUBLISHED
    if row["review"] == row["latest"]:
        return Status.REVIEW
    return Status.UNPUBLISHED if row["published_at"] else Status.DRAFT


def _entry(row: DictRow) -> Entry:
    return Entry(
        id=row["id"],
        version=row["version"],
        content=_content(row),
        status=_status(row),
        latest=row["latest"],
        live=row["live"],
        saved_at=row["saved_at"],
        author=row["author"],
        note=row["note"],
        review=row["review"] if row["review"] == row["latest"] else None,
    )
