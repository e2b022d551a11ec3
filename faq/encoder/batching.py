"""Concurrent requests share one worker thread: what arrives while it works becomes the next batch.

Nothing waits for company: an idle worker starts at once. Customers' questions go before bulk work.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from faq.encoder.ports import Encoder, Views

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]
    Waiting = tuple[str, asyncio.Future[Vector]]

MAX_BATCH = 8  # bounds how long an urgent text waits behind bulk work: about 25 ms


class BatchingEncoder:
    """Used on one event loop. `close` ends the worker; what still waits is cancelled."""

    def __init__(self, encoder: Encoder, *, cache_size: int = 2048) -> None:
        self.model = encoder.model
        self.dimension = encoder.dimension
        self.width = encoder.width
        self._encoder = encoder
        self._cache: OrderedDict[str, Vector] = OrderedDict()
        self._cache_size = cache_size
        self._urgent: deque[Waiting] = deque()
        self._bulk: deque[Waiting] = deque()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._running: asyncio.Task[None] | None = None

    async def one(self, text: str) -> "Vector":
        """The vector of a customer's text: before bulk work, remembered for the next who writes the same."""
        known = self._cache.get(text)
        if known is not None:
            self._cache.move_to_end(text)
            return known
        vector = await self._submit(self._urgent, text)
        if self._cache_size > 0:
            self._cache[text] = vector
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)
        return vector

    async def many(self, texts: Sequence[str]) -> Views:
        """Bulk work: publishing, training, re-embedding. Nothing is remembered."""
        if not texts:
            return np.zeros((0, self.width), dtype=np.float32)
        return np.stack(await asyncio.gather(*(self._submit(self._bulk, text) for text in texts)))

    def _submit(self, queue: "deque[Waiting]", text: str) -> "asyncio.Future[Vector]":
        future: asyncio.Future[Vector] = asyncio.get_running_loop().create_future()
        queue.append((text, future))
        if self._running is None:
            self._running = asyncio.create_task(self._work())
        return future

    async def _work(self) -> None:
        try:
            while self._urgent or self._bulk:
                await self._run(self._take())
        finally:
            self._running = None

    def _take(self) -> "list[Waiting]":
        queue = self._urgent or self._bulk
        return [queue.popleft() for _ in range(min(MAX_BATCH, len(queue)))]

    async def _run(self, batch: "list[Waiting]") -> None:
        loop = asyncio.get_running_loop()
        texts = list(dict.fromkeys(text for text, _ in batch))
        try:
            vectors = await loop.run_in_executor(self._worker, self._encoder.encode, texts)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to those who asked
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        found = dict(zip(texts, vectors, strict=True))
        for text, future in batch:
            if not future.done():  # the caller may have gone
                future.set_result(found[text])

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        for _, future in (*self._urgent, *self._bulk):
            future.cancel()
        self._worker.shutdown(wait=True)
