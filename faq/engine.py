import asyncio
from collections.abc import Mapping

from faq.encoder.batching import BatchingEncoder
from faq.encoder.ports import Vectors
from faq.entries.models import Published
from faq.index.decision import Thresholds
from faq.index.index import Index
from faq.metrics import Metrics


class Engine:
    """The encoder and the index that is live now. `index` is replaced as a whole: a reader holds one or the other."""

    def __init__(self, encoder: BatchingEncoder, thresholds: Thresholds, metrics: Metrics) -> None:
        self.encoder = encoder
        self.index = Index.of([], {}, thresholds, encoder.dimension)
        self.metrics = metrics
        self.ready = False
        self._thresholds = thresholds

    async def replace(self, entries: list[Published], vectors: Mapping[str, Vectors], *, revision: int) -> None:
        """`vectors` holds at least every text that an entry is asked with."""
        self.index = await asyncio.to_thread(Index.of, entries, vectors, self._thresholds, self.encoder.dimension)
        self.ready = True
        self.metrics.entries.set(len(entries))
        self.metrics.revision.set(revision)
