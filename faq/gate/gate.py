"""What a draft would change for customers: golden questions and published phrasings, asked before and after."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from common.database import Pool
from faq.encoder.ports import Vectors
from faq.engine import Engine
from faq.entries.models import Published
from faq.gate import repository
from faq.gate.comparing import compare
from faq.gate.models import Report
from faq.index.index import Index
from faq.live.vectors import ensure_vectors


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
        live, revision = self._engine.index, self._engine.revision
        async with self._pool.connection() as connection:
            goldens = await repository.goldens(connection)
        known = live.vectors_by_text()
        texts = [text for draft in drafts.values() if draft for text in draft.content.asked]
        missing = [text for text in (*texts, *(golden.text for golden in goldens)) if text not in known]
        known |= await ensure_vectors(self._pool, self._engine.encoder, missing)

        def run() -> Report:
            draft = self._draft(live, drafts, known)
            return compare(live, draft, set(drafts), goldens, vectors=known, today=self._engine.today())

        report = await asyncio.to_thread(run)
        return replace(report, revision=revision, milliseconds=round(1000 * (time.perf_counter() - started)))

    def _draft(self, live: Index, drafts: Mapping[str, Published | None], known: Mapping[str, Vectors]) -> Index:
        """What would be live, with the weights of what is: only the entries make the difference."""
        kept = [drafts.get(entry.id, entry) for entry in live.entries]
        present = {entry.id for entry in live.entries}
        added = [draft for entry, draft in drafts.items() if entry not in present]
        return self._engine.draft([entry for entry in (*kept, *added) if entry is not None], known)
