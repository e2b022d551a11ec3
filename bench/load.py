"""Turns of one or many customers at a time, timed one by one."""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from bench.clients import Customer


@dataclass(frozen=True)
class Latency:
    """Milliseconds of one turn; `per_second` turns of all customers together."""

    turns: int
    p50: float
    p95: float
    per_second: float

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 2) for name, value in asdict(self).items()}


async def measure(open_customer: Callable[[], Customer], customers: int, sentences: Sequence[str]) -> Latency:
    """Each customer says all the sentences, one after the other; all of them at the same time."""
    taken: list[float] = []
    gate = asyncio.Barrier(customers)
    begun: list[float] = []

    async def talk(number: int) -> None:
        async with open_customer() as customer:
            await gate.wait()
            begun.append(time.perf_counter())
            # Not everybody asks the same at the same moment.
            start = number * 7 % len(sentences)
            taken.extend([await customer.say(text) for text in (*sentences[start:], *sentences[:start])])

    await asyncio.gather(*(talk(number) for number in range(customers)))
    elapsed = time.perf_counter() - min(begun)
    ordered = statistics.quantiles(taken, n=100, method="inclusive")
    return Latency(len(taken), ordered[49] * 1000, ordered[94] * 1000, len(taken) / elapsed)


async def measure_dialogue(open_customer: Callable[[], Customer], customers: int, dialogue: Sequence[str]) -> Latency:
    """Each customer says the dialogue in its order; its first sentence only opens the form and is not counted."""
    taken: list[float] = []
    gate = asyncio.Barrier(customers)
    begun: list[float] = []

    async def talk() -> None:
        async with open_customer() as customer:
            await gate.wait()
            begun.append(time.perf_counter())
            await customer.say(dialogue[0])
            taken.extend([await customer.say(text) for text in dialogue[1:]])

    await asyncio.gather(*(talk() for _ in range(customers)))
    elapsed = time.perf_counter() - min(begun)
    ordered = statistics.quantiles(taken, n=100, method="inclusive")
    turns = len(taken) + customers
    return Latency(turns, ordered[49] * 1000, ordered[94] * 1000, turns / elapsed)
