import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import numpy as np
import structlog

from faq.encoder.batching import BatchingEncoder
from faq.encoder.ports import Views
from faq.entries.models import Content, Published
from faq.index.background import general_questions
from faq.index.decision import Thresholds
from faq.index.index import Index
from faq.index.locales import Fallbacks

log = structlog.get_logger(__name__)

VectorsOf = Callable[[BatchingEncoder, Sequence[str]], Awaitable[Mapping[str, Views]]]


class Space:
    """One encoder and the index of what is live in it.

    `index` is replaced as a whole: a reader holds one or the other.
    """

    def __init__(
        self,
        encoder: BatchingEncoder,
        thresholds: Thresholds,
        fallbacks: Fallbacks,
        holds: Callable[[Content], bool],
    ) -> None:
        """`holds`: whether an entry is in this space."""
        self.encoder = encoder
        self.holds = holds
        self.index = Index.of([], {}, thresholds, encoder.dimension, fallbacks=fallbacks)
        self._thresholds = thresholds
        self._fallbacks = fallbacks
        self._general: Views | None = None  # made with the first index
        self._adapting: asyncio.Task[None] | None = None
        self._drafted: tuple[Index, Index] | None = None  # the last draft, after the index that it was made from

    async def replace(self, live: Sequence[Published], vectors_of: VectorsOf) -> None:
        """Live at once with what the last index learned, which is learned anew behind it."""
        entries = [entry for entry in live if self.holds(entry.content)]
        if self._general is not None and entries == self.index.entries:
            return
        if self._general is None:
            asked = general_questions()
            found = await vectors_of(self.encoder, asked)
            self._general = np.stack([found[text] for text in asked])
        if self._drafted and self._drafted[0] is self.index and list(self._drafted[1].entries) == entries:
            self.index = self._drafted[1]
        else:
            self.index = await self._made(entries, vectors_of)
        self._drafted = None
        if self._adapting is None:
            self._adapting = asyncio.create_task(self._adapt())

    def embedded(self, content: Content) -> tuple[str, ...]:
        """Texts of an entry whose vectors this space needs."""
        return content.embedded(passages=self.encoder.passages) if self.holds(content) else ()

    async def _made(self, entries: Sequence[Published], vectors_of: VectorsOf) -> Index:
        known: dict[str, Views] = self.index.views_by_text()
        missing = [text for entry in entries for text in self.embedded(entry.content) if text not in known]
        known |= await vectors_of(self.encoder, missing)
        return await asyncio.to_thread(self.draft, entries, known)

    def draft(self, entries: Sequence[Published], views: Mapping[str, Views]) -> Index:
        """What the index would be with these entries, at hand if they go live next. Blocks: for a worker thread."""
        live = self.index
        draft = Index.of(
            [entry for entry in entries if self.holds(entry.content)],
            views,
            self._thresholds,
            self.encoder.dimension,
            general=self._general,
            after=live,
            fallbacks=self._fallbacks,
        )
        self._drafted = live, draft
        return draft

    async def _adapt(self) -> None:
        """One at a time; an index that was replaced meanwhile is not overwritten but adapted in its turn."""
        try:
            adapted = None
            while self.index is not adapted:
                seen = self.index
                learned = await asyncio.to_thread(seen.adapted)
                if self.index is seen:
                    self.index = adapted = learned
        except Exception as error:
            log.exception("adapting_failed", error=type(error).__name__)
        finally:
            self._adapting = None

    async def close(self) -> None:
        if self._adapting is not None:
            self._adapting.cancel()
            await asyncio.gather(self._adapting, return_exceptions=True)
        await self.encoder.close()
