"""Many open sockets and a steady stream of turns: what it does to latency and memory."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx

from bench.clients import AftercareCustomer
from bench.memory import resident_mebibytes
from bench.sentences import questions
from ops.stack import Stack

SAMPLE_EVERY = 5.0  # seconds
OPEN_AT_ONCE = 10


class Crowd:
    """`sockets` customers with a stream each, who say something in turn, `rate` of them a second."""

    def __init__(self, http: httpx.AsyncClient, stack: Stack, *, sockets: int, rate: float) -> None:
        self._stack = stack
        self._rate = rate
        self._customers = [AftercareCustomer(http, stack.url("api")) for _ in range(sockets)]
        self._busy = [asyncio.Lock() for _ in range(sockets)]
        self._taken: list[float] = []
        self._memory: list[tuple[float, float]] = []  # MiB of the gateway and of all processes

    async def measure(self, minutes: float) -> dict[str, float]:
        async with AsyncExitStack() as streams:
            for first in range(0, len(self._customers), OPEN_AT_ONCE):
                some = self._customers[first : first + OPEN_AT_ONCE]
                await asyncio.gather(*(streams.enter_async_context(customer) for customer in some))
            sampling = asyncio.create_task(self._sample())
            started = time.perf_counter()
            await self._talk(minutes * 60)
            elapsed = time.perf_counter() - started
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)
        return self._figures(elapsed)

    async def _talk(self, seconds: float) -> None:
        """Open loop: a turn begins when it is due, however long the others take."""
        texts = questions(97)
        turns: list[asyncio.Task[None]] = []
        begun = time.perf_counter()
        for number, due in enumerate(self._due(seconds)):
            await asyncio.sleep(max(0.0, begun + due - time.perf_counter()))
            turns.append(asyncio.create_task(self._say(number % len(self._customers), texts[number % len(texts)])))
        await asyncio.gather(*turns)

    def _due(self, seconds: float) -> Iterator[float]:
        return (number / self._rate for number in range(int(seconds * self._rate)))

    async def _say(self, index: int, text: str) -> None:
        async with self._busy[index]:  # a customer waits for the answer
            self._taken.append(await self._customers[index].say(text))

    async def _sample(self) -> None:
        gateway = self._stack.processes["api"].pid
        everything = [process.pid for process in self._stack.processes.values()]
        while True:
            gateway_now = await asyncio.to_thread(resident_mebibytes, [pid for pid in [gateway] if pid])
            all_now = await asyncio.to_thread(resident_mebibytes, [pid for pid in everything if pid])
            self._memory.append((gateway_now, all_now))
            await asyncio.sleep(SAMPLE_EVERY)

    def _figures(self, elapsed: float) -> dict[str, float]:
        ordered = statistics.quantiles(self._taken, n=100, method="inclusive")
        figures = {
            "sockets": len(self._customers),
            "turns": len(self._taken),
            "rate": self._rate,
            "per_second": len(self._taken) / elapsed,
            "seconds": elapsed,
            "p50_ms": ordered[49] * 1000,
            "p95_ms": ordered[94] * 1000,
        }
        for name, samples in zip(("gateway", "all"), zip(*self._memory, strict=True), strict=True):
            third = max(1, len(samples) // 3)  # the first third fills caches
            figures[f"{name}_mib_after_a_third"] = statistics.median(samples[third : 2 * third] or samples)
            figures[f"{name}_mib_at_the_end"] = statistics.median(samples[-third:])
        return figures
