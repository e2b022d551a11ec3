"""A day at the desk on a simulated clock: the real routing rules, customers and advisors made up from a seed."""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.handoff.routing import Advisor, Wish, assign, head_start, position
from api.handoff.states import Reason, Skill

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
GRACE = timedelta(minutes=3)


@dataclass
class Visit:
    """What becomes of one customer. `served` lists every advisor who got the conversation, and when."""

    wish: Wish
    asked_at: datetime
    reason: Reason
    preferred_tier: bool
    served: list[tuple[datetime, UUID]] = field(default_factory=list)
    ended_at: datetime | None = None
    lost_at: list[datetime] = field(default_factory=list)

    @property
    def waited(self) -> timedelta:
        assert self.served, "never served"
        return self.served[0][0] - self.asked_at


class Desk:
    """Advances from event to event; after each one everything that the rules allow is assigned."""

    def __init__(self, seed: int, *, customers: int = 1000, advisors: int = 20, hours: float = 3) -> None:
        self._random = random.Random(seed)
        self.now = START
        self.visits: dict[int, Visit] = {}
        self.line: dict[int, Wish] = {}
        self.held: dict[int, UUID] = {}  # customer → advisor
        self.here: dict[UUID, Advisor] = {}
        self._everybody = [self._advisor(number) for number in range(advisors)]
        self._agenda: list[tuple[datetime, int, str, object]] = []
        self._count = 0
        for number in range(customers):
            self._at(START + timedelta(hours=hours) * self._random.random(), "arrive", number)
        for advisor in self._everybody:
            self._at(START + timedelta(minutes=30) * self._random.random(), "come", advisor)

    def steps(self) -> Iterator[None]:
        while self._agenda and (self.line or self.held or self._customers_to_come()):
            self.now, _, what, subject = heapq.heappop(self._agenda)
            getattr(self, f"_{what}")(subject)
            self._route()
            yield

    def load(self, advisor: UUID) -> int:
        return sum(holder == advisor for holder in self.held.values())

    def _customers_to_come(self) -> bool:
        return any(what == "arrive" for _, _, what, _ in self._agenda)

    def _at(self, moment: datetime, what: str, subject: object) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (moment, self._count, what, subject))

    def _advisor(self, number: int) -> Advisor:
        """Every skill has its specialists; every other one knows everything. A quarter speaks German too."""
        skills = frozenset(Skill) if number % 2 else frozenset(self._random.sample(list(Skill), 2))
        languages = frozenset({"en", "de"} if number % 4 == 1 else {"en"})
        return Advisor(UUID(int=number + 1), skills, languages, capacity=self._random.randint(1, 4))

    def _arrive(self, number: object) -> None:
        assert isinstance(number, int)
        reason = self._random.choice([*Reason])
        tier = self._random.random() < 0.1
        rank = self.now - head_start(reason, preferred_tier=tier)
        language = "de" if self._random.random() < 0.15 else "en"
        wish = Wish(number, UUID(int=10_000 + number), self._random.choice([*Skill]), language, rank)
        self.visits[number] = Visit(wish, self.now, reason, tier)
        self.line[number] = wish

    def _come(self, advisor: object) -> None:
        assert isinstance(advisor, Advisor)
        self.here[advisor.id] = advisor
        self._at(self.now + timedelta(hours=self._random.uniform(1, 4)), "disappear", advisor)

    def _disappear(self, advisor: object) -> None:
        """Without a word. After the grace period the conversations are returned; later the advisor is back."""
        assert isinstance(advisor, Advisor)
        del self.here[advisor.id]
        self._at(self.now + GRACE, "release", advisor)
        self._at(self.now + timedelta(minutes=self._random.uniform(10, 60)), "come", advisor)

    def _release(self, advisor: object) -> None:
        assert isinstance(advisor, Advisor)
        for number in [number for number, holder in self.held.items() if holder == advisor.id]:
            del self.held[number]
            visit = self.visits[number]
            visit.lost_at.append(self.now)
            rank = visit.asked_at - head_start(visit.reason, preferred_tier=visit.preferred_tier, left=True)
            self.line[number] = replace(visit.wish, rank_at=rank)

    def _end(self, subject: object) -> None:
        assert isinstance(subject, tuple)
        number, advisor, given = subject
        if self.held.get(number) == advisor and self.visits[number].served[-1] == (given, advisor):
            if advisor not in self.here:
                return  # nobody is there to end it: the grace period decides
            del self.held[number]
            self.visits[number].ended_at = self.now

    def _route(self) -> None:
        advisors = [replace(each, load=self.load(each.id)) for each in self.here.values()]
        for wish, advisor in assign(self.line.values(), advisors, self.now):
            assert wish.id not in self.held, "a customer with two advisors"
            self._check_order(wish, advisor)
            del self.line[wish.id]
            self.held[wish.id] = advisor.id
            self.visits[wish.id].served.append((self.now, advisor.id))
            handling = timedelta(minutes=self._random.lognormvariate(2.2, 0.6))
            self._at(self.now + handling, "end", (wish.id, advisor.id, self.now))

    def _check_order(self, wish: Wish, advisor: Advisor) -> None:
        """Nobody who could have had this place stands before."""
        before = [w for w in self.line.values() if (w.rank_at, w.id) < (wish.rank_at, wish.id)]
        assert not [other.id for other in before if advisor.serves(other)]
        assert position(wish, [*before, wish], [advisor]) == 1
