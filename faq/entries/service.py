"""Writing entries. Every change is a new version; what customers get is changed by a release only."""

from common.database import Connection, Pool
from faq.audit import log
from faq.engine import Engine
from faq.entries import repository
from faq.entries.models import Content, Entry, NearDuplicate
from faq.entries.validation import check, check_id, cleaned, slug
from faq.entries.visibility import overlap
from faq.errors import EntryExists, EntryNotFound, InvalidEntry, StaleVersion
from faq.index.locales import primary

NEAR = 0.9  # cosine above which two entries are asked with nearly the same words


class Curation:
    def __init__(self, pool: Pool, engine: Engine) -> None:
        self._pool = pool
        self._engine = engine

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
            await log.record(connection, "create", author=author, entry=name, version=1)
            return _found(await repository.newest(connection, name), name)

    async def save(self, entry: str, content: Content, *, expected_version: int, author: str | None) -> Entry:
        content = cleaned(content)
        check(content)
        async with self._pool.connection() as connection:
            current = await self._locked(connection, entry, expected_version)
            await self._check_others(connection, entry, content)
            if content != current.content:
                await repository.save(connection, entry, current.version + 1, content, author=author)
                await log.record(connection, "save", author=author, entry=entry, version=current.version + 1)
            return _found(await repository.newest(connection, entry), entry)

    async def ask_review(
        self, entry: str, *, expected_version: int | None, author: str | None, note: str | None
    ) -> Entry:
        """Others are asked to look at the newest version; the next one that is saved is a draft again."""
        async with self._pool.connection() as connection:
            current = await self._locked(connection, entry, expected_version)
            await repository.ask_review(connection, entry, current.version)
            await log.record(connection, "review_asked", author=author, entry=entry, version=current.version, note=note)
            return _found(await repository.newest(connection, entry), entry)

    async def send_back(
        self, entry: str, *, expected_version: int | None, author: str | None, note: str | None
    ) -> Entry:
        """What was to be looked at is a draft again; `note` says what is missing."""
        async with self._pool.connection() as connection:
            current = await self._locked(connection, entry, expected_version)
            await repository.ask_review(connection, entry, None)
            await log.record(connection, "sent_back", author=author, entry=entry, version=current.version, note=note)
            return _found(await repository.newest(connection, entry), entry)

    async def take_up(self, entry: str, *, author: str | None) -> Entry:
        """Out of the archive, as a draft."""
        async with self._pool.connection() as connection:
            current = await self._locked(connection, entry, None)
            await self._check_others(connection, entry, current.content)
            await repository.take_up(connection, entry)
            await log.record(connection, "taken_up", author=author, entry=entry, version=current.version)
            return _found(await repository.newest(connection, entry), entry)

    async def near_duplicates(self, entry: str, content: Content) -> list[NearDuplicate]:
        """Live phrasings of other entries that are asked nearly like this one: a hint, never an obstacle."""
        texts = content.asked
        space = await self._engine.space(content.language)
        views = await space.encoder.many(texts)
        nearest = space.index.nearest(views, language=content.language, but=entry)
        return [
            NearDuplicate(text, found.entry, found.phrasing, found.similarity)
            for text, found in zip(texts, nearest, strict=True)
            if found is not None and found.similarity >= NEAR
        ]

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
        if content.translates is not None:
            problems |= _wrong_translation(entry, content, await repository.newest(connection, content.translates))
        if problems:
            raise InvalidEntry(problems)


def _wrong_translation(entry: str, content: Content, original: Entry | None) -> dict[str, str]:
    if original is None:
        return {"translates": f"names {content.translates}, which does not exist"}
    if original.id == entry:
        return {"translates": "names the entry itself"}
    if primary(original.content.language) == primary(content.language):
        return {"translates": f"names {original.id}, which is in the same language"}
    return {}


def _found(entry: Entry | None, name: str) -> Entry:
    if entry is None:
        raise EntryNotFound(f"There is no entry {name}.")
    return entry
