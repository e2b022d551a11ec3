"""Curation: what may happen to an entry. Every change is a new version; what was live once can be live again."""

from collections.abc import Awaitable, Callable

from common.database import Connection, Pool
from faq.engine import Engine
from faq.entries import repository
from faq.entries.models import Content, Entry, NearDuplicate
from faq.entries.validation import check, check_id, cleaned, slug
from faq.entries.visibility import overlap
from faq.errors import EntryExists, EntryNotFound, InvalidEntry, NothingPublished, StaleVersion
from faq.live.vectors import ensure_vectors

NEAR = 0.9  # cosine above which two entries are asked with nearly the same words


class Curation:
    """`refresh` makes this process' index follow a publication before the curator is answered."""

    def __init__(self, pool: Pool, engine: Engine, refresh: Callable[[], Awaitable[None]]) -> None:
        self._pool = pool
        self._engine = engine
        self._refresh = refresh

    async def entries(self) -> list[Entry]:
        async with self._pool.connection() as connection:
            return await repository.all_newest(connection)

    async def newest(self, entry: str) -> Entry:
        async with self._pool.connection() as connection:
            return _found(await repository.newest(connection, entry), entry)

    async def live(self, entry: str) -> Entry:
        async with self._pool.connection() as connection:
            return _found(await repository.live(connection, entry), entry)

    async def versions(self, entry: str) -> list[Entry]:
        async with self._pool.connection() as connection:
            found = await repository.versions(connection, entry)
        if not found:
            raise EntryNotFound(f"There is no entry {entry}.")
        return found

    async def create(self, entry: str | None, content: Content, *, author: str | None) -> Entry:
        content = cleaned(content)
        check(content)
        name = entry or slug(content.question)
        check_id(name)
        async with self._pool.connection() as connection:
            if not await repository.insert(connection, name):
                raise EntryExists(f"There is an entry {name} already.")
            await self._check_others(connection, name, content)
            await repository.save(connection, name, 1, content, author=author)
            return _found(await repository.newest(connection, name), name)

    async def save(self, entry: str, content: Content, *, expected_version: int, author: str | None) -> Entry:
        content = cleaned(content)
        check(content)
        async with self._pool.connection() as connection:
            current = await self._locked(connection, entry, expected_version)
            await self._check_others(connection, entry, content)
            if content != current.content:
                await repository.save(connection, entry, current.version + 1, content, author=author)
            return _found(await repository.newest(connection, entry), entry)

    async def publish(self, entry: str, *, expected_version: int | None, author: str | None) -> Entry:
        """Put the newest version live."""
        await self._embed((await self.newest(entry)).content)
        async with self._pool.connection() as connection:
            current = await self._locked(connection, entry, expected_version)
            await repository.go_live(connection, entry, current.version, author=author)
            await repository.announce(connection)
        await self._refresh()
        return await self.live(entry)

    async def unpublish(self, entry: str, *, expected_version: int | None, author: str | None) -> Entry:
        async with self._pool.connection() as connection:
            current = await self._locked(connection, entry, expected_version)
            if current.live is None:
                raise NothingPublished(f"{entry} is not published.")
            await repository.go_live(connection, entry, None, author=author)
            await repository.announce(connection)
        await self._refresh()
        return await self.newest(entry)

    async def roll_back(self, entry: str, version: int, *, expected_version: int | None, author: str | None) -> Entry:
        """Save the content of an earlier version as the newest one, and put it live."""
        async with self._pool.connection() as connection:
            earlier = _found(await repository.version(connection, entry, version), f"{entry} in version {version}")
        await self._embed(earlier.content)
        async with self._pool.connection() as connection:
            current = await self._locked(connection, entry, expected_version)
            number = current.version
            if current.content != earlier.content:
                number += 1
                note = f"rolled back to version {version}"
                await repository.save(connection, entry, number, earlier.content, author=author, note=note)
            await repository.go_live(connection, entry, number, author=author)
            await repository.announce(connection)
        await self._refresh()
        return await self.live(entry)

    async def near_duplicates(self, entry: str, content: Content) -> list[NearDuplicate]:
        """Live phrasings of other entries that are asked nearly like this one: a hint, never an obstacle."""
        texts = content.asked
        vectors = await self._engine.encoder.many(texts)
        nearest = self._engine.index.nearest(vectors, language=content.language, but=entry)
        return [
            NearDuplicate(text, found.entry, found.phrasing, found.similarity)
            for text, found in zip(texts, nearest, strict=True)
            if found is not None and found.similarity >= NEAR
        ]

    async def _embed(self, content: Content) -> None:
        """Outside of any transaction: nobody waits for a lock while the model runs."""
        await ensure_vectors(self._pool, self._engine.encoder, content.asked)

    async def _locked(self, connection: Connection, entry: str, expected: int | None) -> Entry:
        if not await repository.lock(connection, entry):
            raise EntryNotFound(f"There is no entry {entry}.")
        current = _found(await repository.newest(connection, entry), entry)
        if expected is not None and current.version != expected:
            raise StaleVersion(entry, expected=expected, current=current.version)
        return current

    async def _check_others(self, connection: Connection, entry: str, content: Content) -> None:
        """Raises InvalidEntry where another entry stands in the way, or one that is related does not exist."""
        problems: dict[str, str] = {}
        for other in await repository.asked_alike(connection, entry, content.question, content.language):
            if overlap(content, other.content):
                problems["question"] = f"is the question of {other.id} already"
        missing = await repository.unknown_ids(connection, content.related)
        if entry in content.related:
            problems["related"] = "names the entry itself"
        elif missing:
            problems["related"] = f"names {missing[0]}, which does not exist"
        if problems:
            raise InvalidEntry(problems)


def _found(entry: Entry | None, name: str) -> Entry:
    if entry is None:
        raise EntryNotFound(f"There is no entry {name}.")
    return entry
