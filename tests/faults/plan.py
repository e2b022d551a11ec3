"""Which faults happen when: the same seed makes the same plan."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["kill", "pause", "cut", "hold", "shop", "ambush"]

PROCESSES = ("api", "rasa", "actions", "faq", "sandbox", "postgres")
LINKS = ("rasa", "actions", "faq", "sandbox", "api")  # to `api`: the action server's, to write down what is confirmed
SHOP = ("slow", "slow_answer", "down", "garbage", "rate_limited")
AMBUSHED = ("api", "rasa", "actions", "sandbox")
# What breaks what: a process, its line, the shop's answers. `cut postgres` ends all its connections. An ambush waits
# until the shop has carried out a write and holds back the answer: then the process is killed.
DECK: tuple[tuple[Kind, str], ...] = (
    *(("kill", name) for name in PROCESSES),
    *(("pause", name) for name in PROCESSES),
    *(("cut", name) for name in (*LINKS, "postgres")),
    *(("hold", name) for name in LINKS),
    *(("shop", name) for name in SHOP),
    *(("ambush", name) for name in AMBUSHED),
)
# Seconds that a fault lasts; the last is longer than any turn may take.
DURATIONS = (0.5, 2.0, 5.0, 12.0, 30.0)
WEIGHTS = (4, 6, 4, 2, 1)
# Seconds before the same process is killed again: it must have been of use in between.
REST = 25.0
AMBUSH = 12.0  # seconds to wait for a write
QUIET_END = 0.1  # of the time, so that the last fault meets customers too


@dataclass(frozen=True, slots=True)
class Fault:
    at: float  # seconds from the start
    kind: Kind
    target: str
    seconds: float  # 0 for a kill


def make_plan(seed: int, seconds: float, *, every: float, cards: Sequence[tuple[Kind, str]] = DECK) -> list[Fault]:
    """About one fault in `every` seconds. Every one of `cards` comes before one comes again."""
    rng = random.Random(f"plan/{seed}")
    plan: list[Fault] = []
    killed: dict[str, float] = {}
    deck: list[tuple[Kind, str]] = []
    now = rng.uniform(0, every)
    while now < seconds * (1 - QUIET_END):
        deck = deck or rng.sample(cards, len(cards))
        card = next((card for card in deck if card[0] != "kill" or now - killed.get(card[1], -REST) >= REST), None)
        if card:
            deck.remove(card)
            kind, target = card
            if kind == "kill":
                killed[target] = now
            longest = max(1.0, seconds / 5)
            duration = (
                AMBUSH
                if kind == "ambush"
                else 0.0
                if kind == "kill"
                else min(rng.choices(DURATIONS, WEIGHTS)[0], longest)
            )
            plan.append(Fault(round(now, 2), kind, target, duration))
        now += rng.uniform(0.4, 1.6) * every
    return plan
