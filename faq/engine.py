import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo

import structlog

from faq.encoder.batching import BatchingEncoder
from faq.encoder.ports import Vectors
from faq.entries.models import Published
from faq.gate.comparing import WORK
from faq.index.background import general_questions
from faq.index.decision import Thresholds
from faq.index.index import Index
from faq.metrics import Metrics

log = structlog.get_logger(__name__)


class Engine:
    """The encoder and the index that is live now. `index` is replaced as a whole: a reader holds one or the other."""

    def __init__(self, encoder: BatchingEncoder, thresholds: Thresholds, metrics: Metrics, zone: tzinfo = UTC) -> None:
        """`zone` says when a day begins, for entries that are valid for some days only."""
        self.encoder = encoder
        self.index = Index.of([], {}, thresholds, encoder.dimension)
        self.metrics = metrics
        self.revision = 0  # of what the index shows
        self.ready = False
        self._thresholds = thresholds
        self._zone = zone
        self._general: Vectors | None = None  # made with the first index
        self._adapting: asyncio.Task[None] | None = None

    async def replace(self, entries: list[Published], vectors: Mapping[str, Vectors], *, revision: int) -> None:
        """Live at once with what the last index learned, which is learned anew behind it.

        `vectors` holds at least every text that an entry is asked with.
        """
        if self._general is None:
            self._general = await self.encoder.many(general_questions())
        self.index = await asyncio.to_thread(
            Index.of,
            entries,
            vectors,
            self._thresholds,
            self.encoder.dimension,
            general=self._general,
            after=self.index,
        )
        self.revision = revision
        self.ready = True
        self.metrics.entries.set(len(entries))
        self.metrics.revision.set(revision)
        if self._adapting is None:
            self._adapting = asyncio.create_task(self._adapt())

    def draft(self, entries: list[Published], vectors: Mapping[str, Vectors]) -> Index:
        """What the index would be with these entries. Blocks: for a worker thread."""
        return Index.of(
            entries, vectors, self._thresholds, self.encoder.dimension, general=self._general, after=self.index
        )

    async def _adapt(self) -> None:
        """One at a time; an index that was replaced meanwhile is not overwritten but adapted in its turn.

        Then what the gate will ask of it is prepared, so that publishing waits for the draft's part alone.
        """
        try:
            adapted = None
            while self.index is not adapted:
                seen = self.index
                learned = await asyncio.to_thread(seen.adapted)
                if self.index is seen:
                    self.index = adapted = learned
                    await asyncio.to_thread(learned.prepare, WORK)
        except Exception as error:
            log.exception("adapting_failed", error=type(error).__name__)
        finally:
            self._adapting = None

    def today(self) -> date:
        return datetime.now(self._zone).date()

    async def close(self) -> None:
        if self._adapting is not None:
            self._adapting.cancel()
            await asyncio.gather(self._adapting, return_exceptions=True)
        await self.encoder.close()
