"""Concurrent requests share a few worker threads: what arrives while they work becomes the next batches.

Nothing waits for company: an idle worker starts at once. Customers' questions go before bulk work, which takes all
workers while nobody asks, and one at most otherwise.
"""

import asyncio
import os
import time
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

MAX_BATCH = 8  # bounds how long an urgent text waits where bulk work has the only worker: about 10 ms
WORKERS = min(2, os.cpu_count() or 1)
_BULK = 0  # the worker that takes bulk work while customers ask, too
_QUIET = 2.0  # seconds without a customer's question after which nobody asks


class BatchingEncoder:
    """Used on one event loop. `close` ends the workers; what still waits is cancelled."""

    def __init__(self, encoder: Encoder, *, cache_size: int = 2048, workers: int = WORKERS) -> None:
        self.model = encoder.model
        self.dimension = encoder.dimension
        self.width = encoder.width
        self.passages = encoder.passages
        self._encoder = encoder
        self._cache: OrderedDict[str, Vector] = OrderedDict()
        self._cache_size = cache_size
        self._urgent: deque[Waiting] = deque()
        self._bulk: deque[Waiting] = deque()
        self._workers = workers
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="encoder")
        self._running: dict[int, asyncio.Task[None]] = {}  # by worker
        self._busy = 0  # workers that encode
        self._asked = -_QUIET  # when a customer last did, on the monotonic clock

    async def one(self, text: str) -> "Vector":
        """The vector of a customer's text: before bulk work, remembered for the next who writes the same."""
        known = self._cache.get(text)
        if known is not None:
            self._cache.move_to_end(text)
            return known
        self._asked = time.monotonic()
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
        alike = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # long, that is: little is padded
        vectors = await asyncio.gather(*(self._submit(self._bulk, texts[row]) for row in alike))
        return np.stack(vectors)[np.argsort(alike)]

    def _submit(self, queue: "deque[Waiting]", text: str) -> "asyncio.Future[Vector]":
        future: asyncio.Future[Vector] = asyncio.get_running_loop().create_future()
        queue.append((text, future))
        self._start()
        return future

    def _start(self) -> None:
        """An idle worker, where there is work for it."""
        for worker in range(self._workers):
            if worker not in self._running and (self._urgent or (self._bulk and self._takes_bulk(worker))):
                self._running[worker] = asyncio.create_task(self._work(worker))
                return

    def _takes_bulk(self, worker: int) -> bool:
        return worker == _BULK or self._quiet()

    def _quiet(self) -> bool:
        return time.monotonic() - self._asked >= _QUIET

    async def _work(self, worker: int) -> None:
        try:
            while batch := self._take(worker):
                self._busy += 1
                await self._run(batch)
                self._busy -= 1
                self._start()
        finally:
            del self._running[worker]

    def _take(self, worker: int) -> "list[Waiting]":
        idle = self._workers - self._busy
        if self._urgent:
            queue = self._urgent
        elif self._takes_bulk(worker):
            queue = self._bulk
            idle = idle if self._quiet() else 1
        else:
            return []
        share = -(-len(queue) // idle)  # idle ones take theirs
        return [queue.popleft() for _ in range(min(MAX_BATCH, share))]

    async def _run(self, batch: "list[Waiting]") -> None:
        loop = asyncio.get_running_loop()
        texts = list(dict.fromkeys(text for text, _ in batch))
        try:
            vectors = await loop.run_in_executor(self._threads, self._encoder.encode, texts)
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
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for _, future in (*self._urgent, *self._bulk):
            future.cancel()
        self._threads.shutdown(wait=True)
