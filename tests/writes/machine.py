"""What may happen around a confirmation, in any order, as a state machine of hypothesis over the real parts."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from threading import Thread
from typing import Any, Self, TypeVar
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.writes.check import check
from tests.writes.faulty_shop import FAULTS, Fault
from tests.writes.run import ACCIDENTS, Accidents, answered, settled
from tests.writes.wishes import WISHES, Buyer
from tests.writes.world import Tab, World

T = TypeVar("T")
CUSTOMERS = 6  # at once; what one waits for, others use
FAULTS_TO_COME = st.lists(st.sampled_from(FAULTS), max_size=3)
LONGEST_SECONDS = 90.0  # of one step


class Loop:
    """The world and its servers, on a thread of their own: hypothesis' rules are plain functions."""

    def __init__(self, world: AbstractAsyncContextManager[World]) -> None:
        self._context = world
        self._loop = asyncio.new_event_loop()
        self._ready: Future[World] = Future()
        self._over = asyncio.Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._live(),), name="writes", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.world = self._ready.result(LONGEST_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(timeout=LONGEST_SECONDS)
        self._loop.close()

    async def _live(self) -> None:
        try:
            async with self._context as world:
                self._ready.set_result(world)
                await self._over.wait()
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(error)
            raise

    def start(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.start(work).result(LONGEST_SECONDS)


@dataclass
class Shopper:
    """One customer with one wish, in one tab or two; `sent` is the last message with its key."""

    kind: str
    buyer: Buyer
    tabs: list[Tab]
    sent: list[tuple[Tab, str, str]] = field(default_factory=list)


class Confirmations(RuleBasedStateMachine):
    """Every rule acts and returns: nobody waits for the assistant unless a rule says so.

    Whatever the order: one write at the shop for each wish, or none, and messages that say so, once.
    """

    loop: Loop

    def __init__(self) -> None:
        super().__init__()
        self.world = self.loop.world
        self.accidents = Accidents(self.world)
        self.world.rasa.afterwards = self.accidents
        self.shoppers: list[Shopper] = []
        self.underway: list[Future[Any]] = []

    @precondition(lambda self: len(self.shoppers) < CUSTOMERS)
    @rule(kind=st.sampled_from(sorted(WISHES)), tabs=st.integers(1, 2), calls=FAULTS_TO_COME, asks=FAULTS_TO_COME)
    def somebody_reads_a_recap(self, kind: str, tabs: int, calls: list[Fault], asks: list[Fault]) -> None:
        """In one tab or two. `calls`, `asks`: how the shop fails, and how it does when the gateway asks afterwards."""
        self.shoppers.append(self.loop.run(self._reader(kind, tabs, calls, asks)))

    @precondition(lambda self: self.shoppers)
    @rule(
        who=st.integers(0, CUSTOMERS - 1),
        tabs=st.sampled_from([(0,), (1,), (0, 1), (0, 0)]),
        words=st.sampled_from(["yes", "yes yes"]),
    )
    def says_yes(self, who: int, tabs: tuple[int, ...], words: str) -> None:
        """In one tab, in both at the same time, or with a double click."""
        shopper = self._shopper(who)
        for tab in tabs:
            self._send(shopper, shopper.tabs[tab % len(shopper.tabs)], words, uuid4().hex)

    @precondition(lambda self: any(each.sent for each in self.shoppers))
    @rule(who=st.integers(0, CUSTOMERS - 1))
    def is_delivered_twice(self, who: int) -> None:
        shopper = self._shopper(who)
        if shopper.sent:
            self._send(shopper, *shopper.sent[-1])

    @precondition(lambda self: self.shoppers)
    @rule(who=st.integers(0, CUSTOMERS - 1), accident=st.sampled_from(ACCIDENTS[1:]))
    def an_accident_waits(self, who: int, accident: str) -> None:
        """At the end of a turn, after the shop has committed: the answer is lost, or the gateway dies.

        Or Rasa's lock has expired, and turns run twice.
        """
        conversation = self._shopper(who).tabs[0].id
        self.loop.run(self._plan(partial(self.accidents.plan, conversation, accident)))

    @precondition(lambda self: self.shoppers)
    @rule()
    def the_gateway_dies(self) -> None:
        self.loop.run(self._plan(self.world.crash_gateway))

    @precondition(lambda self: self.shoppers)
    @rule()
    def the_gateway_asks_the_shop_now(self) -> None:
        self.loop.run(self.world.hurry())

    @precondition(lambda self: self.shoppers)
    @rule(who=st.integers(0, CUSTOMERS - 1))
    def waits_for_the_answer(self, who: int) -> None:
        for tab in self._shopper(who).tabs:
            self.loop.run(answered(self.world, tab))

    def teardown(self) -> None:
        """Nothing is underway any more: now the books must agree with what was said."""
        found = self.loop.run(self._findings())
        super().teardown()
        assert found == []

    def _shopper(self, who: int) -> Shopper:
        return self.shoppers[who % len(self.shoppers)]

    def _send(self, shopper: Shopper, tab: Tab, words: str, key: str) -> None:
        shopper.sent.append((tab, words, key))
        self.underway.append(self.loop.start(tab.say(words, key)))

    async def _reader(self, kind: str, tabs: int, calls: list[Fault], asks: list[Fault]) -> Shopper:
        [buyer] = await self.world.buyers(1)
        self.world.calls.plans[buyer.id].extend(calls)
        self.world.asks.plans[buyer.id].extend(asks)
        return Shopper(kind, buyer, await asyncio.gather(*(self._recap(kind, buyer) for _ in range(tabs))))

    async def _recap(self, kind: str, buyer: Buyer) -> Tab:
        tab = await self.world.tab(buyer)
        for words in WISHES[kind].words(buyer):
            await tab.say(words)
            await answered(self.world, tab)
        return tab

    async def _findings(self) -> list[str]:
        await asyncio.gather(*map(asyncio.wrap_future, self.underway))
        return [finding for each in await asyncio.gather(*map(self._checked, self.shoppers)) for finding in each]

    async def _checked(self, shopper: Shopper) -> list[str]:
        for tab in shopper.tabs:
            await answered(self.world, tab)
        await settled(self.world, shopper.buyer)
        return (await check(self.world, shopper.kind, shopper.buyer, shopper.tabs)).findings

    @staticmethod
    async def _plan(change: Callable[[], None]) -> None:
        """On the loop's own thread."""
        change()
