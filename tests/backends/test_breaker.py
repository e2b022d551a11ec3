import asyncio

import pytest

from backends import errors
from backends.http.breaker import CircuitBreaker, CircuitOpen
from tests.backends.conftest import Connect
from tests.backends.samples import EMMA, ORDER
from tests.fakes.broken_shop import Answer, BrokenShop, problem


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: CircuitBreaker) -> None:
    with breaker.attempt() as attempt:
        attempt.failed()


def succeed(breaker: CircuitBreaker) -> None:
    with breaker.attempt() as attempt:
        attempt.succeeded()


def opened() -> tuple[CircuitBreaker, Clock]:
    clock = Clock()
    breaker = CircuitBreaker(threshold=2, recovery=10, clock=clock)
    fail(breaker)
    fail(breaker)
    assert breaker.is_open
    return breaker, clock


def test_failures_count_only_in_a_row() -> None:
    breaker = CircuitBreaker(threshold=2, recovery=10)
    fail(breaker)
    succeed(breaker)
    fail(breaker)
    assert not breaker.is_open


def test_open_it_says_when_to_come_back() -> None:
    breaker, clock = opened()
    clock.now += 4
    with pytest.raises(CircuitOpen) as caught, breaker.attempt():
        pytest.fail("was let through")
    assert caught.value.retry_after == 6


def test_one_probe_at_a_time() -> None:
    breaker, clock = opened()
    clock.now += 10
    with breaker.attempt() as probe:
        with pytest.raises(CircuitOpen), breaker.attempt():
            pytest.fail("a second probe was let through")
        probe.succeeded()
    assert not breaker.is_open


def test_a_failed_probe_keeps_it_open_for_another_while() -> None:
    breaker, clock = opened()
    clock.now += 10
    fail(breaker)
    clock.now += 9
    with pytest.raises(CircuitOpen), breaker.attempt():
        pytest.fail("was let through")


def test_a_cancelled_probe_teaches_nothing_and_the_next_call_probes() -> None:
    breaker, clock = opened()
    clock.now += 10
    with pytest.raises(asyncio.CancelledError), breaker.attempt():
        raise asyncio.CancelledError
    assert breaker.is_open
    succeed(breaker)
    assert not breaker.is_open


async def test_a_sick_shop_is_left_alone_and_found_again_when_it_is_well(shop: BrokenShop, connect: Connect) -> None:
    client = connect(commerce_breaker_threshold=3, commerce_breaker_recovery=1)
    shop.script(problem(503, "upstream_unavailable", retryable=True))
    with pytest.raises(errors.Unavailable):
        await client.get_order(EMMA, "o1")
    for _ in range(5):
        with pytest.raises(errors.Unavailable, match="circuit open"):
            await client.get_order(EMMA, "o1")
    assert len(shop.requests) == 3
    shop.script(Answer(body=ORDER))
    await asyncio.sleep(1.1)
    assert (await client.get_order(EMMA, "o1")).id == "o1"
    assert (await client.get_order(EMMA, "o1")).id == "o1"


async def test_refusals_do_not_open_it(shop: BrokenShop, connect: Connect) -> None:
    client = connect(commerce_breaker_threshold=2)
    shop.script(problem(404, "not_found"))
    for _ in range(5):
        with pytest.raises(errors.NotFound):
            await client.get_order(EMMA, "o1")
