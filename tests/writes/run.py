"""Seeded customers under seeded faults: each wants one thing, once."""

import asyncio
import random
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from uuid import uuid4

from tests.fakes.acting_rasa import Call
from tests.writes.check import check, heading
from tests.writes.faulty_shop import FAULTS, Fault
from tests.writes.wishes import CERTAIN, WISHES, Buyer
from tests.writes.world import Tab, World

# How a customer says yes.
MANNERS = ("once", "double click", "double delivery", "yes yes", "two tabs")
# Of the processes around the turn in which they say it.
ACCIDENTS = ("none", "answer lost", "gateway crashes", "lock expires")


@dataclass(frozen=True, slots=True)
class Case:
    """`calls`: faults of the action server's writes, `asks`: of the gateway's that find out; in their order."""

    kind: str
    manner: str = "once"
    accident: str = "none"
    calls: tuple[Fault, ...] = ()
    asks: tuple[Fault, ...] = ()


@dataclass
class Result:
    cases: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)  # last messages by how they say it ended


@dataclass(frozen=True, slots=True)
class Played:
    findings: list[str]
    ended: str


def draw(rng: random.Random) -> Case:
    return Case(
        rng.choice(list(WISHES)),
        rng.choice(MANNERS),
        rng.choices(ACCIDENTS, (6, 1, 1, 1))[0],
        tuple(rng.choices(FAULTS, k=rng.choice((1, 2, 2, 3)))),
        tuple(rng.choices(FAULTS, k=rng.choice((0, 1, 2)))),
    )


class Accidents:
    """Set as the `afterwards` of the fake Rasa."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._planned: defaultdict[str, deque[str]] = defaultdict(deque)
        self.happened: Counter[str] = Counter()

    def plan(self, conversation: str, accident: str) -> None:
        if accident == "lock expires":
            self._world.rasa.twice.add(conversation)
            self.happened[accident] += 1
        elif accident != "none":
            self._planned[conversation].append(accident)

    async def __call__(self, call: Call) -> bool:
        planned = self._planned[call["sender"]]
        if not planned:
            return True
        accident = planned.popleft()
        self.happened[accident] += 1
        if accident == "gateway crashes":
            self._world.crash_gateway()
        return accident != "answer lost"


async def play(world: World, accidents: Accidents, case: Case, buyer: Buyer) -> Played:
    """Until everything has come to rest."""
    world.calls.plans[buyer.id].extend(case.calls)
    world.asks.plans[buyer.id].extend(case.asks)
    tabs = [await world.tab(buyer) for _ in range(2 if case.manner == "two tabs" else 1)]
    for tab in tabs:
        for words in WISHES[case.kind].words(buyer):
            await tab.say(words)
            await answered(world, tab)
    accidents.plan(tabs[0].id, case.accident)
    await _agree(case.manner, tabs)
    for tab in tabs:
        await answered(world, tab)
    if heading((await tabs[0].bot())[-1]) in CERTAIN:
        await tabs[0].say("yes")  # to "shall I try again?"
        await answered(world, tabs[0])
    await settled(world, buyer)
    checked = await check(world, case.kind, buyer, tabs)
    return Played([f"{case}: {each}" for each in checked.findings], f"{case.kind}: {checked.ended}")


async def _agree(manner: str, tabs: list[Tab]) -> None:
    key = uuid4().hex
    match manner:
        case "double click":
            await asyncio.gather(tabs[0].say("yes"), tabs[0].say("yes"))
        case "double delivery":
            await asyncio.gather(tabs[0].say("yes", key), tabs[0].say("yes", key))
        case "yes yes":
            await tabs[0].say("yes yes")
        case _:
            await asyncio.gather(*(tab.say("yes") for tab in tabs))


async def answered(world: World, tab: Tab) -> None:
    async with asyncio.timeout(60):
        while (await world.rows(_OPEN_TURNS, tab.id))[0]["count"]:  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.02)


async def settled(world: World, buyer: Buyer) -> None:
    async with asyncio.timeout(60):
        while (await world.rows(_OPEN_WRITES, buyer.id))[0]["count"]:
            await world.hurry()
            await asyncio.sleep(0.05)
    await world.calls.settled()
    await world.asks.settled()


_OPEN_TURNS = "SELECT count(*) FROM turns WHERE conversation_id = %s AND finished_at IS NULL"
_OPEN_WRITES = "SELECT count(*) FROM writes WHERE customer_id = %s AND state = 'open'"


async def run(world: World, *, faults: int, seed: int, at_once: int = 8) -> Result:
    """Cases are drawn until so many faults have happened."""
    rng, result, accidents = random.Random(f"writes/{seed}"), Result(), Accidents(world)
    world.rasa.afterwards = accidents
    while result.faults.total() < faults:
        cases = [draw(rng) for _ in range(at_once)]
        buyers = await world.buyers(at_once)
        plays = (play(world, accidents, case, buyer) for case, buyer in zip(cases, buyers, strict=True))
        for played in await asyncio.gather(*plays):
            result.findings += played.findings
            result.told[played.ended] += 1
        result.cases += at_once
        result.faults = world.calls.happened + world.asks.happened + accidents.happened
    return result
