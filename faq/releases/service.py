"""What customers get: put live, taken back, gone back to. Every change of it is a release."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from common.database import Connection, Pool
from faq.audit import log
from faq.engine import Engine
from faq.entries import repository as entries
from faq.entries.models import Entry, Published
from faq.errors import Busy, EntryNotFound, GateClosed, NothingPublished, ReviewNeeded, StaleVersion
from faq.gate.gate import Gate
from faq.gate.models import Report
from faq.live.vectors import ensure_vectors
from faq.releases import repository
from faq.releases.models import Release, Wish

TRIES = 5


class Releases:
    """`refresh` makes this process' index follow a release before the curator is answered."""

    def __init__(
        self, pool: Pool, engine: Engine, refresh: Callable[[], Awaitable[None]], *, four_eyes: bool = False
    ) -> None:
        """`four_eyes`: only what was given for review goes live, and not by whoever wrote it."""
        self._pool = pool
        self._engine = engine
        self._refresh = refresh
        self._gate = Gate(pool, engine, refresh)
        self._four_eyes = four_eyes

    async def check(self, wishes: Sequence[Wish]) -> Report:
        """What publishing the newest versions would change."""
        async with self._pool.connection() as connection:
            drafts = [await self._newest(connection, wish) for wish in wishes]
        return await self._gate.check(_published(drafts))

    async def publish(
        self, wishes: Sequence[Wish], *, author: str | None, override: str | None = None
    ) -> tuple[int, Report]:
        """The release's number and what it changed. `override`: why golden questions may break.

        Raises GateClosed, ReviewNeeded, StaleVersion, EntryNotFound.
        """
        for _ in range(TRIES):
            async with self._pool.connection() as connection:
                drafts = [await self._newest(connection, wish) for wish in wishes]
            self._check_review(drafts, author)
            report = await self._gate.check(_published(drafts))
            if report.blocking and not override:
                raise GateClosed(report)
            release = await self._commit(drafts, report, author=author, override=override)
            if release is not None:
                await self._refresh()
                return release, report
        raise Busy("Others publish all the time: nothing was published. Try again.")

    async def unpublish(self, entry: str, *, expected_version: int | None, author: str | None) -> None:
        async with self._pool.connection() as connection:
            current = await self._locked(connection, Wish(entry, expected_version))
            if current.live is None:
                raise NothingPublished(f"{entry} is not published.")
            await self._take_offline(connection, current, "unpublish", author=author)
        await self._refresh()

    async def archive(self, entry: str, *, expected_version: int | None, author: str | None) -> None:
        """Put away: offline, and out of the lists until it is taken up again."""
        async with self._pool.connection() as connection:
            current = await self._locked(connection, Wish(entry, expected_version))
            if current.live is not None:
                await self._take_offline(connection, current, "archive", author=author)
            else:
                await log.record(connection, "archive", author=author, entry=entry, version=current.version)
            await entries.archive(connection, entry)
        await self._refresh()

    async def roll_back(self, entry: str, version: int, *, expected_version: int | None, author: str | None) -> None:
        """Save the content of an earlier version as the newest one, and put it live. The way back has no gate."""
        async with self._pool.connection() as connection:
            earlier = await entries.version(connection, entry, version)
        if earlier is None:
            raise EntryNotFound(f"There is no entry {entry} in version {version}.")
        await self._embed([earlier])
        note = f"rolled back to version {version}"
        async with self._pool.connection() as connection:
            current = await self._locked(connection, Wish(entry, expected_version))
            number = current.version
            if current.content != earlier.content:
                number += 1
                await entries.save(connection, entry, number, earlier.content, author=author, note=note)
            release = await repository.begin(connection, "rollback", author=author, note=f"{entry} {note}")
            await repository.go_live(connection, release, entry, number, author=author)
            await log.record(
                connection, "rollback", author=author, entry=entry, version=number, release=release, note=note
            )
            await repository.announce(connection)
        await self._refresh()

    async def go_back_to(self, release: int, *, author: str | None) -> int:
        """Make live what was live right after a release, of every entry. Drafts stay as they are. No gate."""
        async with self._pool.connection() as connection:
            await entries.lock_all(connection)
            if not await repository.exists(connection, release):
                raise EntryNotFound(f"There is no release {release}.")
            now = await repository.live_now(connection)
            then = await repository.live_after(connection, release)
            changes = {entry: version for entry, version in then.items() if now[entry] != version}
            if not changes:
                raise NothingPublished(f"What is live is what release {release} made live.")
            note = f"back to release {release}"
            made = await repository.begin(connection, "restore", author=author, note=note)
            for entry, version in changes.items():
                await repository.go_live(connection, made, entry, version, author=author)
            await log.record(connection, "restore", author=author, release=made, note=note)
            await repository.announce(connection)
        await self._refresh()
        return made

    async def history(self, *, before: int | None, limit: int) -> list[Release]:
        async with self._pool.connection() as connection:
            return await repository.history(connection, before=before, limit=limit)

    async def audit(self, *, entry: str | None, before: int | None, limit: int) -> Sequence[log.Deed]:
        async with self._pool.connection() as connection:
            return await log.page(connection, entry=entry, before=before, limit=limit)

    async def _commit(
        self, drafts: Sequence[Entry], report: Report, *, author: str | None, override: str | None
    ) -> int | None:
        """The release, or None where something else went live since the report."""
        await self._embed(drafts)
        reason = override if report.blocking else None
        async with self._pool.connection() as connection:
            for draft in sorted(drafts, key=lambda each: each.id):
                await self._locked(connection, Wish(draft.id, draft.version))
            if await repository.revision(connection, held=True) != report.revision:
                return None
            release = await repository.begin(connection, "publish", author=author, note=reason, gate=report.counts())
            for draft in drafts:
                await repository.go_live(connection, release, draft.id, draft.version, author=author)
                await log.record(
                    connection, "publish", author=author, entry=draft.id, version=draft.version, release=release
                )
            if reason:
                broken = "; ".join(each.text for each in report.blocking)
                note = f"{reason} (golden questions: {broken})"
                await log.record(connection, "gate_overridden", author=author, release=release, note=note)
            await repository.announce(connection)
        return release

    async def _take_offline(self, connection: Connection, entry: Entry, kind: str, *, author: str | None) -> None:
        release = await repository.begin(connection, kind, author=author)
        await repository.go_live(connection, release, entry.id, None, author=author)
        await log.record(connection, kind, author=author, entry=entry.id, version=entry.live, release=release)
        await repository.announce(connection)

    def _check_review(self, drafts: Sequence[Entry], author: str | None) -> None:
        if not self._four_eyes:
            return
        for draft in drafts:
            if draft.review != draft.version:
                raise ReviewNeeded(f"{draft.id} has to be given for review first.")
            if draft.author == author:
                raise ReviewNeeded(f"{draft.id} was written by {author}: somebody else has to publish it.")

    async def _embed(self, drafts: Sequence[Entry]) -> None:
        """Outside of any transaction: nobody waits for a lock while the model runs."""
        for space in await self._engine.spaces([draft.content.language for draft in drafts]):
            texts = [text for draft in drafts for text in space.embedded(draft.content)]
            await ensure_vectors(self._pool, space.encoder, texts)

    async def _newest(self, connection: Connection, wish: Wish) -> Entry:
        current = await entries.newest(connection, wish.entry)
        if current is None:
            raise EntryNotFound(f"There is no entry {wish.entry}.")
        if wish.expected_version is not None and current.version != wish.expected_version:
            raise StaleVersion(wish.entry, expected=wish.expected_version, current=current.version)
        return current

    async def _locked(self, connection: Connection, wish: Wish) -> Entry:
        """Ours until the transaction ends."""
        await entries.lock(connection, wish.entry)
        return await self._newest(connection, wish)


def _published(drafts: Sequence[Entry]) -> Mapping[str, Published | None]:
    return {draft.id: Published(draft.id, draft.version, draft.content) for draft in drafts}
