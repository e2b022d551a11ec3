"""What a draft would change for customers: golden questions and published phrasings, asked before and after."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce

from common.database import Pool
from faq.encoder.ports import Views
from faq.engine import Engine
from faq.entries.models import Published
from faq.gate import repository
from faq.gate.comparing import compare
from faq.gate.models import Golden, Report
from faq.index.index import Index
from faq.live.vectors import ensure_vectors
from faq.space import Space


class Gate:
    """`refresh` brings this process' index to what is live now."""

    def __init__(self, pool: Pool, engine: Engine, refresh: Callable[[], Awaitable[None]]) -> None:
        self._pool = pool
        self._engine = engine
        self._refresh = refresh

    async def check(self, drafts: Mapping[str, Published | None]) -> Report:
        """`drafts`: what would go live; None takes an entry offline."""
        started = time.perf_counter()
        await self._refresh()
        revision = self._engine.revision
        async with self._pool.connection() as connection:
            goldens = await repository.goldens(connection)
        asked = [*(draft.content.language for draft in drafts.values() if draft), *(each.language for each in goldens)]
        theirs: dict[Space, list[Golden]] = {space: [] for space in await self._engine.spaces(asked)}
        for golden in goldens:
            theirs[await self._engine.space(golden.language)].append(golden)
        foreign = self._foreign(drafts)
        concerned = {space: some for space, some in theirs.items() if space is self._engine.home or foreign or some}
        found = await asyncio.gather(*(self._check_in(space, drafts, some) for space, some in concerned.items()))
        report = reduce(Report.joined, found)
        return replace(report, revision=revision, milliseconds=round(1000 * (time.perf_counter() - started)))

    def _foreign(self, drafts: Mapping[str, Published | None]) -> bool:
        """Whether any of them is, or was, in another language than home's."""
        now = [draft for draft in drafts.values() if draft]
        before = [entry for entry in self._engine.live if entry.id in drafts]
        return any(self._engine.is_foreign(entry.content) for entry in (*now, *before))

    async def _check_in(
        self, space: Space, drafts: Mapping[str, Published | None], goldens: Sequence[Golden]
    ) -> Report:
        """In one space; phrasings are asked in that of their language only."""
        live = space.index
        known = live.views_by_text()
        texts = [text for draft in drafts.values() if draft for text in space.embedded(draft.content)]
        missing = [text for text in (*texts, *(golden.text for golden in goldens)) if text not in known]
        known |= await ensure_vectors(self._pool, space.encoder, missing)
        home = space is self._engine.home

        def run() -> Report:
            draft = self._draft(space, live, drafts, known)
            return compare(
                live,
                draft,
                set(drafts),
                goldens,
                views=known,
                today=self._engine.today(),
                asks=lambda content: self._engine.is_foreign(content) is not home,
            )

        return await asyncio.to_thread(run)

    @staticmethod
    def _draft(space: Space, live: Index, drafts: Mapping[str, Published | None], known: Mapping[str, Views]) -> Index:
        """What would be live, with the weights of what is: only the entries make the difference."""
        kept = [drafts.get(entry.id, entry) for entry in live.entries]
        present = {entry.id for entry in live.entries}
        added = [draft for entry, draft in drafts.items() if entry not in present]
        entries = [entry for entry in (*kept, *added) if entry is not None]
        return space.draft(sorted(entries, key=lambda entry: entry.id), known)
