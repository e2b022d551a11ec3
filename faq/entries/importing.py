import asyncio

import psycopg

from common.database import Connection, Pool, create_pool
from faq.audit import log
from faq.entries import repository
from faq.entries.models import Content, Entry
from faq.entries.validation import check, check_id, cleaned
from faq.errors import FaqError, InvalidEntry
from faq.releases import repository as releases

AUTHOR = "import"


def import_file(url: str, contents: dict[str, Content], *, replace_all: bool) -> tuple[int, int]:
    """`import_entries` on a database of its own connection. Raises FaqError where the database can't be used."""

    async def run() -> tuple[int, int]:
        async with create_pool(url, schema="faq", max_size=1) as pool:
            return await import_entries(pool, contents, replace_all=replace_all)

    try:
        return asyncio.run(run())
    except psycopg.Error as error:
        raise FaqError(f"The database can't be used: {str(error).splitlines()[0]}") from error


async def import_entries(pool: Pool, contents: dict[str, Content], *, replace_all: bool = False) -> tuple[int, int]:
    """(entries published, entries taken offline). Without `replace_all` only an empty table is filled.

    With it, the file is the truth: what differs becomes a new live version, what is missing goes offline (and is kept).
    Everything happens in one transaction; vectors follow when a service next looks.
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
            return 0, 0
        release = await releases.begin(connection, "import", author=AUTHOR)
        for entry, content in contents.items():
            published += await _import_one(connection, release, entry, cleaned(content), present.get(entry))
        for absent in present.values():
            if absent.id not in contents and absent.live is not None:
                await releases.go_live(connection, release, absent.id, None, author=AUTHOR)
                removed += 1
        if not published and not removed:
            await connection.rollback()
            return 0, 0
        note = f"{published} published, {removed} taken offline"
        await log.record(connection, "import", author=AUTHOR, release=release, note=note)
        await releases.announce(connection)
    return published, removed


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
