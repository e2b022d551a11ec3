import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from common.database import Connection, Pool, create_pool
from faq.audit import log
from faq.entries import repository
from faq.entries.models import Content, Entry
from faq.entries.validation import check, check_id, cleaned
from faq.errors import FaqError, InvalidEntry
from faq.exchange import goldens as asked
from faq.exchange.records import GoldenRecord
from faq.gate import repository as gate
from faq.releases import repository as releases

AUTHOR = "import"


@dataclass(frozen=True, slots=True)
class Imported:
    """How many entries were published and taken offline, how many golden questions added or changed."""

    published: int = 0
    removed: int = 0
    goldens: int = 0


def import_file(
    url: str, contents: dict[str, Content], goldens: Sequence[GoldenRecord] = (), *, replace_all: bool
) -> Imported:
    """`import_entries` on a database of its own connection. Raises FaqError where the database can't be used."""

    async def run() -> Imported:
        async with create_pool(url, schema="faq", max_size=1) as pool:
            return await import_entries(pool, contents, goldens, replace_all=replace_all)

    try:
        return asyncio.run(run())
    except psycopg.Error as error:
        raise FaqError(f"The database can't be used: {str(error).splitlines()[0]}") from error


async def import_entries(
    pool: Pool, contents: dict[str, Content], goldens: Sequence[GoldenRecord] = (), *, replace_all: bool = False
) -> Imported:
    """Without `replace_all` only an empty table is filled.

    With it, the file is the truth: what differs becomes a new live version, what is missing goes offline (and is kept).
    Golden questions that the file lacks stay. Everything happens in one transaction; vectors follow when a service
    next looks.
    """
    for entry, content in contents.items():
        try:
            check_id(entry)
            check(cleaned(content))
        except InvalidEntry as error:
            raise FaqError(f"{entry}: {error}") from error
    published = removed = 0
    async with pool.connection() as connection:
        await repository.lock_all(connection)
        present = {entry.id: entry for entry in await repository.all_newest(connection)}
        if present and not replace_all:
            return Imported()
        release = await releases.begin(connection, "import", author=AUTHOR)
        for entry, content in contents.items():
            published += await _import_one(connection, release, entry, cleaned(content), present.get(entry))
        for absent in present.values():
            if absent.id not in contents and absent.live is not None:
                await releases.go_live(connection, release, absent.id, None, author=AUTHOR)
                removed += 1
        if published or removed:
            note = f"{published} published, {removed} taken offline"
            await log.record(connection, "import", author=AUTHOR, release=release, note=note)
            await releases.announce(connection)
        else:
            await connection.rollback()
        questions = await _import_goldens(connection, goldens, {*present, *contents})
    return Imported(published, removed, questions)


async def _import_goldens(connection: Connection, goldens: Sequence[GoldenRecord], entries: set[str]) -> int:
    present = await gate.goldens(connection)
    found = asked.arrivals(goldens, present)
    if troubles := asked.clashes(found, entries, len(present)):
        raise FaqError(f"line {troubles[0].line}: {troubles[0].problem}")
    return await asked.save(connection, found, author=AUTHOR)


async def _import_one(
    connection: Connection, release: int, entry: str, content: Content, present: Entry | None
) -> bool:
    if present and present.content == content and present.live == present.version:
        return False
    number = present.version if present else 0
    if present is None:
        await repository.insert(connection, entry)
    if present is None or present.content != content:
        number += 1
        await repository.save(connection, entry, number, content, author=AUTHOR)
    await releases.go_live(connection, release, entry, number, author=AUTHOR)
    return True
