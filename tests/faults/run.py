"""One run: customers and advisors at work while faults happen; then peace, and a look at what is left."""

import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import httpx

from tests.faults.advisors import Advisor
from tests.faults.checker import check
from tests.faults.customer import PATIENCE, Customer, GaveUp
from tests.faults.injector import Injector
from tests.faults.plan import DECK, Kind, make_plan
from tests.faults.product import Product
from tests.faults.reader import read_conversations, read_writes
from tests.faults.record import Finding, Record
from tests.faults.scenarios import QUESTIONS, SCENARIOS
from tests.faults.shoppers import Shopper, add_shoppers, customer_token

# Seconds that a healed product may take until nothing is open, on a machine that is busy otherwise. Between two looks
# at what became of a write are up to 30.
SETTLE = 150.0
CONVERSATIONS_A_MINUTE = 12  # of one customer, at most
PROBES_AT_ONCE = 4
TELL_EVERY = 60.0  # seconds between two lines of progress


@dataclass(frozen=True, slots=True)
class Options:
    seed: int
    minutes: float
    customers: int
    every: float  # seconds between faults
    cards: Sequence[tuple[Kind, str]] = DECK  # the faults to choose from


@dataclass(slots=True)
class Result:
    options: Options
    faults: Counter[str]
    missed: Counter[str]  # planned, and not possible at that moment
    record: Record
    findings: list[Finding]
    settled_after: float  # seconds from the last fault's end


class Run:
    def __init__(self, product: Product, options: Options) -> None:
        self._product = product
        self._options = options
        self._url = product.stack.url("api")
        self._environment = product.stack.environment
        self._customers: list[Customer] = []
        self._shoppers: list[Shopper] = []

    async def carry_out(self) -> Result:
        options = self._options
        count = int(options.minutes * options.customers * CONVERSATIONS_A_MINUTE) + options.customers
        self._shoppers = await add_shoppers(self._environment, count)
        injector = Injector(self._product)
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=8.0, limits=limits, trust_env=False) as http, self._desk():
            until = time.monotonic() + options.minutes * 60
            plan = make_plan(options.seed, options.minutes * 60, every=options.every, cards=options.cards)
            visits = [self._visits(http, index, until) for index in range(options.customers)]
            telling = asyncio.create_task(self._tell(injector))
            await asyncio.gather(injector.carry_out(plan), *visits)
            telling.cancel()
            settled_after = await self._settle()
            await self._probe_all()
            for customer in self._customers:
                with contextlib.suppress(GaveUp):
                    await customer.catch_up()
        record = self._read()
        return Result(options, injector.done, injector.missed, record, check(record), settled_after)

    @contextlib.asynccontextmanager
    async def _desk(self) -> AsyncIterator[None]:
        password = self._environment["AFTERCARE_DEMO_PASSWORD"]
        advisors = [
            asyncio.create_task(
                Advisor(self._url, name, password, random.Random(f"{name}/{self._options.seed}")).work()
            )
            for name in ("ada", "ben")
        ]
        yield
        for task in advisors:
            task.cancel()
        for result in await asyncio.gather(*advisors, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def _visits(self, http: httpx.AsyncClient, index: int, until: float) -> None:
        """One person after the other, each with a conversation."""
        rng = random.Random(f"customer/{self._options.seed}/{index}")
        names, weights = list(SCENARIOS), [weight for weight, _ in SCENARIOS.values()]
        while time.monotonic() < until and self._shoppers:
            shopper = self._shoppers.pop()
            name = rng.choices(names, weights)[0]
            with contextlib.suppress(GaveUp):
                await self._visit(http, shopper, name, random.Random(rng.random()))
            await asyncio.sleep(rng.uniform(0.1, 1.0))

    async def _visit(self, http: httpx.AsyncClient, shopper: Shopper, name: str, rng: random.Random) -> None:
        token = customer_token(self._environment, shopper)
        customer = await Customer.arrive(http, self._url, shopper=shopper.id, token=token, scenario=name, rng=rng)
        self._customers.append(customer)
        async with customer:
            await SCENARIOS[name][1](customer, shopper)
            if customer.talk.ended == "gave up":
                customer.talk.ended = "served"

    async def _tell(self, injector: Injector) -> None:
        started = time.monotonic()
        while True:
            await asyncio.sleep(TELL_EVERY)
            messages = sum(len(customer.talk.sent) for customer in self._customers)
            sys.stderr.write(
                f"minute {(time.monotonic() - started) / 60:.0f}: {injector.done.total()} faults, "
                f"{len(self._customers)} conversations, {messages} messages\n"
            )

    async def _settle(self) -> float:
        """Until everything answers and nothing is open, or the time for that is over."""
        started = time.monotonic()
        processes = self._product.stack.processes.values()
        while time.monotonic() - started < PATIENCE:
            unready = [process.name for process in processes if not await asyncio.to_thread(process.is_ready)]
            if not unready:
                break
            await asyncio.sleep(0.5)
        else:
            sys.stderr.write(f"not ready after {PATIENCE:.0f} s: {', '.join(unready)}\n")
        healthy = time.monotonic()
        ids = [customer.talk.conversation for customer in self._customers]
        while time.monotonic() - healthy < SETTLE:
            stored = await asyncio.to_thread(read_conversations, self._environment, ids)
            open_things = (each.open_turns or each.open_writes for each in stored.values())
            if not any(open_things) and not any(each.state in {"queued", "assigned"} for each in stored.values()):
                break
            await asyncio.sleep(1.0)
        return time.monotonic() - started

    async def _probe_all(self) -> None:
        """Every conversation is still alive: one more question is answered."""
        gate = asyncio.Semaphore(PROBES_AT_ONCE)

        async def probe(customer: Customer) -> None:
            async with gate:
                with contextlib.suppress(GaveUp):
                    async with customer:
                        await customer.ask(QUESTIONS[0])

        await asyncio.gather(*(probe(customer) for customer in self._customers))

    def _read(self) -> Record:
        talks = [customer.talk for customer in self._customers]
        stored = read_conversations(self._environment, [talk.conversation for talk in talks])
        return Record(talks, stored, read_writes(self._environment, [talk.customer for talk in talks]))
