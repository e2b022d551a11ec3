from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.handoff.routing import ENOUGH, Advisor, Wish, assign, head_start, language_of, minutes, position
from api.handoff.states import Reason, Skill
from tests.handoff.simulation import GRACE, Desk

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADA, BEN = UUID(int=1), UUID(int=2)


def wish(
    number: int, *, waited: float = 0, reason: str = "customer_request", skill: str = "orders", **more: Any
) -> Wish:
    tier, left = more.pop("tier", False), more.pop("left", False)
    rank = NOW - timedelta(minutes=waited) - head_start(reason, preferred_tier=tier, left=left)
    return Wish(number, UUID(int=100 + number), skill, more.pop("language", "en"), rank, **more)


def advisor(id_: UUID, *, skills: set[str] | None = None, languages: tuple[str, ...] = (), **more: Any) -> Advisor:
    return Advisor(id_, frozenset(skills or {*Skill}), frozenset(languages), more.pop("capacity", 4), **more)


def given(*args: Any, **kwargs: Any) -> list[tuple[int, UUID]]:
    return [(each.id, to.id) for each, to in assign(*args, NOW, **kwargs)]


def test_who_came_first_is_served_first_whatever_the_order_they_are_listed_in() -> None:
    one_place = advisor(ADA, capacity=1)
    assert given([wish(2, waited=1), wish(1, waited=2)], [one_place]) == [(1, ADA)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"reason": "complaint"}, {"waited": 9}),
        ({"reason": "sensitive"}, {"waited": 9}),
        ({"tier": True}, {"waited": 4}),
        ({"reason": "complaint"}, {"tier": True}),
        ({"reason": "complaint", "tier": True}, {"reason": "complaint"}),
        ({"left": True}, {"reason": "complaint", "tier": True, "waited": 60}),
        (
            {"waited": 11},
            {"reason": "complaint"},
        ),  # ageing: who has waited for longer than a head start is not overtaken
    ],
)
def test_priority_is_a_head_start(first: dict[str, Any], second: dict[str, Any]) -> None:
    one_place = advisor(ADA, capacity=1)
    assert given([wish(2, **second), wish(1, **first)], [one_place]) == [(1, ADA)]


def test_the_least_busy_is_chosen_by_share_of_places_then_who_has_been_idle_for_longest() -> None:
    busy, less = advisor(ADA, load=1, capacity=2), advisor(BEN, load=2, capacity=8)
    assert given([wish(1)], [busy, less]) == [(1, BEN)]
    just, long = advisor(ADA, last_given=NOW), advisor(BEN, last_given=NOW - timedelta(hours=1))
    assert given([wish(1)], [just, long]) == [(1, BEN)]


def test_skill_language_and_capacity_bound_who_gets_what() -> None:
    orders = advisor(ADA, skills={"orders"}, languages=("en",), capacity=1)
    german = advisor(BEN, skills={"returns"}, languages=("de",))
    line = [wish(1, skill="returns"), wish(2), wish(3), wish(4, skill="returns", language="de")]
    assert given(line, [orders, german]) == [(2, ADA), (4, BEN)]


def test_a_returning_customer_gets_the_same_advisor_if_there_is_a_place_whatever_the_skill() -> None:
    ada, ben = advisor(ADA, skills={"loyalty"}, load=3), advisor(BEN)
    assert given([wish(1, known_to=ADA)], [ada, ben]) == [(1, ADA)]
    assert given([wish(1, known_to=ADA)], [advisor(ADA, load=4), ben]) == [(1, BEN)]
    assert given([wish(1, known_to=ADA), wish(2)], [ada, ben], known_only=True) == [(1, ADA)]


def test_who_may_have_nothing_gets_nothing() -> None:
    assert given([wish(1)], [advisor(ADA, capacity=0)]) == []


def test_the_position_counts_those_who_wait_for_the_same_people() -> None:
    line = [wish(1, skill="loyalty", waited=3), wish(2, waited=2), wish(3, waited=1)]
    ada, ben = advisor(ADA, skills={"orders"}), advisor(BEN, skills={"orders", "loyalty"})
    assert position(line[2], line, [ada]) == 2
    assert position(line[2], line, [ada, ben]) == 3
    assert position(line[2], line, []) == 2


def test_an_estimate_is_the_median_shared_by_the_advisors_and_needs_enough_conversations() -> None:
    handling = [timedelta(minutes=m) for m in (4, 8, 10, 11, 600)]
    assert len(handling) == ENOUGH
    assert minutes(1, handling, 1) == 10
    assert minutes(3, handling, 2) == 15
    assert minutes(1, handling, 3) == 4
    assert minutes(1, [timedelta(seconds=3)] * ENOUGH, 9) == 1
    assert minutes(1, handling[1:], 1) is None
    assert minutes(1, handling, 0) is None


def test_a_locale_is_a_language() -> None:
    assert [language_of(locale) for locale in ("en", "de-AT", "pt-BR")] == ["en", "de", "pt"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_thousand_customers_and_twenty_advisors(seed: int) -> None:
    """No advisor above capacity, no customer with two, everybody is served, and who has priority waits less."""
    desk = Desk(seed)
    capacity = {each.id: each.capacity for each in desk._everybody}
    for _ in desk.steps():
        for one in desk.here.values():
            assert desk.load(one.id) <= capacity[one.id]
    assert len(desk.visits) == 1000
    assert all(visit.ended_at for visit in desk.visits.values())
    assert any(visit.lost_at for visit in desk.visits.values())
    assert max(visit.waited for visit in desk.visits.values()) < timedelta(hours=2)
    urgent = [v.waited for v in desk.visits.values() if v.reason in (Reason.COMPLAINT, Reason.SENSITIVE)]
    others = [v.waited for v in desk.visits.values() if v.reason not in (Reason.COMPLAINT, Reason.SENSITIVE)]
    assert mean(urgent) < mean(others)
    for visit in desk.visits.values():
        for lost, (again, _) in zip(visit.lost_at, visit.served[1:], strict=True):
            assert again - lost < timedelta(hours=1) + GRACE


def mean(times: list[timedelta]) -> timedelta:
    return sum(times, timedelta()) / len(times)
