"""Who is served next, by whom, and how long it takes: rules without a database, for the service and the simulation.

**Order.** A customer's place is the moment of the request minus a head start. So priorities age by themselves: nobody
is overtaken by somebody who came later than the longest head start after them. Within one head start it is first come,
first served. A conversation whose advisor disappeared goes to the front.

**Choice.** The advisor who knows the conversation from before, if there with a free place; else of those with the
skill, the language and a free place the least busy one; of equally busy ones who has been without a new one longest.
"""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.handoff.states import Reason

URGENT = frozenset({Reason.COMPLAINT, Reason.SENSITIVE})
URGENT_HEAD_START = timedelta(minutes=10)
TIER_HEAD_START = timedelta(minutes=5)
LEFT_HEAD_START = timedelta(days=1)

ENOUGH = 5  # handling times from which an estimate is honest
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def head_start(reason: str, *, preferred_tier: bool = False, left: bool = False) -> timedelta:
    total = URGENT_HEAD_START if reason in URGENT else timedelta()
    if preferred_tier:
        total += TIER_HEAD_START
    return total + LEFT_HEAD_START if left else total


@dataclass(frozen=True, slots=True)
class Wish:
    """One customer in line. `rank_at` is the request minus the head start; `known_to` talked to the customer before."""

    id: int
    conversation_id: UUID
    skill: str
    language: str
    rank_at: datetime
    known_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class Advisor:
    """One who is at the desk. No languages: any. `load`: conversations held now."""

    id: UUID
    skills: frozenset[str]
    languages: frozenset[str]
    capacity: int
    load: int = 0
    last_given: datetime = LONG_AGO

    def serves(self, wish: Wish) -> bool:
        return wish.skill in self.skills and (not self.languages or wish.language in self.languages)

    @property
    def has_place(self) -> bool:
        return self.load < self.capacity


def in_line(wishes: Iterable[Wish]) -> list[Wish]:
    return sorted(wishes, key=lambda wish: (wish.rank_at, wish.id))


def assign(
    wishes: Iterable[Wish], advisors: Iterable[Advisor], now: datetime, *, known_only: bool = False
) -> list[tuple[Wish, Advisor]]:
    """As many as there are places for. With `known_only` nobody but returning customers, to who knows them."""
    places = {advisor.id: advisor for advisor in advisors}
    given = []
    for wish in in_line(wishes):
        advisor = _choose(wish, [each for each in places.values() if each.has_place], known_only=known_only)
        if advisor:
            given.append((wish, advisor))
            places[advisor.id] = replace(advisor, load=advisor.load + 1, last_given=now)
    return given


def _choose(wish: Wish, free: list[Advisor], *, known_only: bool) -> Advisor | None:
    knows = next((each for each in free if each.id == wish.known_to), None)
    if knows or known_only:
        return knows
    able = [each for each in free if each.serves(wish)]
    return min(able, key=lambda each: (each.load / each.capacity, each.last_given, each.id), default=None)


def able(wish: Wish, advisors: Iterable[Advisor]) -> list[Advisor]:
    return [advisor for advisor in advisors if advisor.capacity > 0 and advisor.serves(wish)]


def position(wish: Wish, wishes: Iterable[Wish], advisors: Sequence[Advisor]) -> int:
    """1 is next. Counts those before who wait for one of the same advisors; with nobody there, for the same skill."""
    rivals = able(wish, advisors)
    place = (wish.rank_at, wish.id)
    before = [other for other in wishes if (other.rank_at, other.id) < place]
    if not rivals:
        return 1 + sum(other.skill == wish.skill for other in before)
    return 1 + sum(any(advisor.serves(other) for advisor in rivals) for other in before)


def minutes(position: int, handling: Sequence[timedelta], advisors: int) -> int | None:
    """What somebody at this position should expect, rounded up; None where too little is known to say.

    Errs on the long side: an advisor with several conversations at once is counted as one.
    """
    if advisors < 1 or len(handling) < ENOUGH:
        return None
    seconds = statistics.median(each.total_seconds() for each in handling) * position / advisors
    return max(1, math.ceil(seconds / 60))


def language_of(locale: str) -> str:
    return locale.partition("-")[0].lower()
