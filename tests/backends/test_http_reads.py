import asyncio
import time
from datetime import UTC, date, datetime

import pytest

from backends import errors
from backends.models import BlockedReason, Money, OrderStatus
from tests.backends.conftest import Connect
from tests.backends.samples import EMMA, ORDER, POLICIES, page
from tests.fakes.broken_shop import Answer, BrokenShop, Drop, problem


async def test_an_answer_becomes_typed_values(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=ORDER | {"a_member_of_tomorrow": 1}))
    order = await connect().get_order(EMMA, "JL-100234")
    assert order.status is OrderStatus.DELIVERED
    assert order.placed_at == datetime(2026, 1, 2, 10, tzinfo=UTC)
    assert order.lines[0].unit_price == Money(1999, "EUR")
    assert order.returns == ()


async def test_the_assertion_travels_in_its_header_and_an_id_stays_one_segment(
    shop: BrokenShop, connect: Connect
) -> None:
    shop.script(Answer(body=ORDER))
    await connect().get_order(EMMA, "JL/100?234")
    (request,) = shop.requests
    assert request.path == "/orders/JL%2F100%3F234"
    assert request.headers["x-customer-assertion"] == EMMA.assertion
    assert "idempotency-key" not in request.headers


@pytest.mark.parametrize("nonsense", ["", "..", ".", " ", "a\nb", "x" * 201])
async def test_what_can_be_no_id_is_not_found_without_a_request(
    shop: BrokenShop, connect: Connect, nonsense: str
) -> None:
    with pytest.raises(errors.NotFound):
        await connect().get_order(EMMA, nonsense)
    assert shop.requests == []


@pytest.mark.parametrize("failure", [Drop(), Answer(500, "oops"), Answer(body=ORDER, cut=20)])
async def test_a_read_survives_two_failures(shop: BrokenShop, connect: Connect, failure: Answer | Drop) -> None:
    shop.script(failure, failure, Answer(body=ORDER))
    assert (await connect().get_order(EMMA, "o1")).id == "o1"
    assert len(shop.requests) == 3


async def test_a_read_gives_up_after_its_attempts(shop: BrokenShop, connect: Connect) -> None:
    shop.script(problem(503, "upstream_unavailable", retryable=True))
    with pytest.raises(errors.Unavailable) as caught:
        await connect().get_order(EMMA, "o1")
    assert len(shop.requests) == 3
    assert caught.value.trace_id == "trace-1"
    assert not caught.value.outcome_unknown


async def test_a_failure_that_the_shop_calls_final_is_not_repeated(shop: BrokenShop, connect: Connect) -> None:
    shop.script(problem(500, "internal_error", retryable=False))
    with pytest.raises(errors.Unavailable):
        await connect().get_order(EMMA, "o1")
    assert len(shop.requests) == 1


async def test_a_slow_answer_is_abandoned_for_a_quick_one(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=ORDER, wait=60), Answer(body=ORDER))
    started = time.monotonic()
    await connect(commerce_attempt_timeout=0.5).get_order(EMMA, "o1")
    assert 0.5 <= time.monotonic() - started < 15


async def test_a_read_takes_no_longer_than_its_bound(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=ORDER, wait=60))
    started = time.monotonic()
    with pytest.raises(errors.TimedOut) as caught:
        await connect(commerce_attempts=10, commerce_attempt_timeout=0.6, commerce_read_timeout=0.8).get_order(
            EMMA, "o1"
        )
    assert time.monotonic() - started < 5  # all attempts would take six seconds
    assert not caught.value.outcome_unknown


async def test_retry_after_is_waited_for_within_the_bound(shop: BrokenShop, connect: Connect) -> None:
    shop.script(problem(429, "rate_limited", retryable=True, retry_after=1), Answer(body=ORDER))
    started = time.monotonic()
    await connect().get_order(EMMA, "o1")
    assert time.monotonic() - started >= 1


async def test_retry_after_beyond_the_bound_is_told_at_once(shop: BrokenShop, connect: Connect) -> None:
    shop.script(problem(429, "rate_limited", retryable=True, retry_after=30))
    started = time.monotonic()
    with pytest.raises(errors.RateLimited) as caught:
        await connect().get_order(EMMA, "o1")
    assert caught.value.retry_after == 30
    assert time.monotonic() - started < 15
    assert len(shop.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"id": "o1"}',
        ORDER | {"total": {"amount": 19.99, "currency": "EUR"}},
        ORDER | {"total": {"amount": "1999", "currency": "EUR"}},
        ORDER | {"placed_at": "2026-01-02T10:00:00"},
        ORDER | {"status": "teleported"},
        [],
    ],
)
async def test_an_answer_not_of_the_contract_is_a_bad_answer_that_quotes_nothing(
    shop: BrokenShop, connect: Connect, body: object
) -> None:
    shop.script(Answer(body=body))
    with pytest.raises(errors.BadAnswer) as caught:
        await connect().get_order(EMMA, "o1")
    assert "teleported" not in str(caught.value)
    assert len(shop.requests) == 1


async def test_a_web_servers_own_404_says_nothing_about_the_order(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(404, b"<h1>Not Found</h1>", content_type="text/html"))
    with pytest.raises(errors.BadAnswer):
        await connect().get_order(EMMA, "o1")


async def test_an_unknown_reason_for_a_block_is_read_as_other(shop: BrokenShop, connect: Connect) -> None:
    item = {"line_id": "l1", "title": "Kettle", "variant": "", "quantity": 0, "deadline": None, "blocked": "recalled"}
    item |= {"unit_price": {"amount": 1, "currency": "EUR"}}
    shop.script(Answer(body={"order_id": "o1", "order_number": "JL-1", "items": [item], "methods": []}))
    found = await connect().returnable_items(EMMA, "o1")
    assert found.items[0].blocked is BlockedReason.OTHER


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (404, "not_found", errors.NotFound),
        (403, "verification_required", errors.VerificationRequired),
        (422, "not_returnable", errors.NotReturnable),
        (422, "quantity_exceeded", errors.QuantityExceeded),
        (422, "already_refunded", errors.AlreadyRefunded),
        (422, "insufficient_points", errors.InsufficientPoints),
        (409, "conflict", errors.Conflict),
        (422, "invalid_request", errors.InvalidRequest),
        (403, "insufficient_scope", errors.InvalidRequest),
        (422, "moon_in_wrong_phase", errors.Refused),
        (409, "moon_in_wrong_phase", errors.Conflict),
        (400, "moon_in_wrong_phase", errors.InvalidRequest),
    ],
)
async def test_every_problem_has_its_error(
    shop: BrokenShop, connect: Connect, status: int, code: str, expected: type[errors.BackendError]
) -> None:
    shop.script(problem(status, code))
    with pytest.raises(errors.BackendError) as caught:
        await connect().get_order(EMMA, "o1")
    assert type(caught.value) is expected
    assert len(shop.requests) == 1


async def test_an_expired_window_brings_its_facts(shop: BrokenShop, connect: Connect) -> None:
    shop.script(problem(422, "window_expired", deadline="2026-01-31", window_days=30))
    with pytest.raises(errors.WindowExpired) as caught:
        await connect().returnable_items(EMMA, "o1")
    assert caught.value.details == {"deadline": date(2026, 1, 31), "window_days": 30}


async def test_reasons_are_read_to_the_last_page(shop: BrokenShop, connect: Connect) -> None:
    first = page({"id": "a", "title": "Too small"}, next_cursor="p2")
    shop.script(Answer(body=first), Answer(body=page({"id": "b", "title": "Too big"})))
    assert [reason.id for reason in await connect().return_reasons()] == ["a", "b"]
    assert shop.requests[1].path == "/return-reasons?cursor=p2&limit=100"


async def test_policies_are_asked_for_once_and_outlive_a_failure(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=POLICIES), problem(500, "internal_error"))
    client = connect(commerce_remember=0.6)
    assert len({(await client.policies()).default_window_days for _ in range(5)}) == 1
    assert len(shop.requests) == 1
    await asyncio.sleep(0.7)
    assert (await client.policies()).facts == {"return_window": "30 days"}
    assert len(shop.requests) == 2


async def test_calls_share_connections(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=ORDER))
    client = connect()
    for _ in range(10):
        await client.get_order(EMMA, "o1")
    assert shop.connections == 1
