import asyncio
import time

import pytest

from backends import errors
from backends.http import HttpCommerce
from backends.models import Address, AddressChange, Return
from tests.backends.conftest import Connect
from tests.backends.samples import EMMA, ORDER, RETURN, RETURN_REQUEST
from tests.fakes.broken_shop import Answer, BrokenShop, Drop, problem


async def register(client: HttpCommerce) -> Return:
    return await client.create_return(EMMA, RETURN_REQUEST, idempotency_key="key-1")


async def test_a_write_carries_its_key_and_the_contracts_names(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(201, RETURN))
    assert (await register(connect())).number == "RT-200017"
    (request,) = shop.requests
    assert request.headers["idempotency-key"] == "key-1"
    line = {"line_id": "l1", "quantity": 1, "reason": "too_small", "title": "", "exchange_for": None, "note": ""}
    assert request.json == {
        "order_id": "o1",
        "lines": [line],
        "resolution": "refund",
        "method": "label",
        "quote_id": None,
    }


async def test_an_address_goes_to_its_order_with_the_version_that_was_seen(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(200, ORDER))
    change = AddressChange("o1", Address("Emma", "12 Main Street", "Cork", "IE"), "v1")
    await connect().change_address(EMMA, change, dry_run=True, idempotency_key="key-1")
    (request,) = shop.requests
    assert request.path == "/orders/o1/address"
    assert request.json["address"] | {"line1": "12 Main Street", "country": "IE"} == request.json["address"]
    assert (request.json["version"], request.json["dry_run"]) == ("v1", True)


async def test_a_write_that_gets_no_answer_in_time_is_sent_once_and_its_outcome_is_open(
    shop: BrokenShop, connect: Connect
) -> None:
    shop.script(Answer(201, RETURN, wait=60))
    started = time.monotonic()
    with pytest.raises(errors.TimedOut) as caught:
        await register(connect(commerce_write_timeout=0.8))
    assert caught.value.outcome_unknown
    assert len(shop.requests) == 1
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("failure", [Drop(), Answer(201, RETURN, cut=10)])
async def test_a_write_whose_answer_is_lost_is_sent_once_and_its_outcome_is_open(
    shop: BrokenShop, connect: Connect, failure: Answer | Drop
) -> None:
    shop.script(failure, Answer(201, RETURN))
    with pytest.raises(errors.TimedOut) as caught:
        await register(connect())
    assert caught.value.outcome_unknown
    assert len(shop.requests) == 1


@pytest.mark.parametrize(
    "failure", [Answer(500, "oops"), Answer(502, b"<html>"), problem(500, "internal_error", retryable=False)]
)
async def test_a_failure_that_does_not_allow_it_is_not_repeated(
    shop: BrokenShop, connect: Connect, failure: Answer
) -> None:
    shop.script(failure, Answer(201, RETURN))
    with pytest.raises(errors.Unavailable) as caught:
        await register(connect())
    assert caught.value.outcome_unknown
    assert len(shop.requests) == 1


@pytest.mark.parametrize(
    "failure",
    [
        problem(503, "upstream_unavailable", retryable=True),
        problem(409, "idempotency_in_progress", retryable=True),
        problem(429, "rate_limited", retryable=True),
    ],
)
async def test_a_write_that_may_be_repeated_is_repeated_with_the_same_key_and_body(
    shop: BrokenShop, connect: Connect, failure: Answer
) -> None:
    shop.script(failure, Answer(201, RETURN))
    assert (await register(connect())).id == "r1"
    first, second = shop.requests
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == "key-1"
    assert first.body == second.body


async def test_an_open_outcome_stays_open_when_the_next_attempt_reaches_nobody(
    shop: BrokenShop, connect: Connect
) -> None:
    shop.script(problem(503, "upstream_unavailable", retryable=True))
    with pytest.raises(errors.Unavailable, match="circuit open") as caught:
        await register(connect(commerce_breaker_threshold=1))
    assert len(shop.requests) == 1
    assert caught.value.outcome_unknown


async def test_an_open_outcome_stays_open_when_the_next_attempt_is_one_too_many(
    shop: BrokenShop, connect: Connect
) -> None:
    shop.script(problem(503, "upstream_unavailable", retryable=True), problem(429, "rate_limited", retryable=False))
    with pytest.raises(errors.RateLimited) as caught:
        await register(connect())
    assert len(shop.requests) == 2
    assert caught.value.outcome_unknown


async def test_a_write_to_a_shop_that_is_not_there_never_happened(shop: BrokenShop, connect: Connect) -> None:
    await shop.stop()
    with pytest.raises(errors.Unavailable) as caught:
        await register(connect())
    assert not caught.value.outcome_unknown


async def test_a_write_is_tried_again_while_no_connection_is_made(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(201, RETURN))
    client = connect(commerce_backoff=0.05, commerce_attempts=10, commerce_breaker_threshold=20)
    await shop.stop()
    task = asyncio.create_task(register(client))
    await asyncio.sleep(0.2)
    await shop.start()
    assert (await task).id == "r1"
    assert len(shop.requests) == 1


async def test_a_success_that_cannot_be_read_leaves_the_outcome_open(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(201, b"OK"))
    with pytest.raises(errors.BadAnswer) as caught:
        await register(connect())
    assert caught.value.outcome_unknown
    assert len(shop.requests) == 1


@pytest.mark.parametrize("refusal", [Answer(409, b'{"code": "idempotency_in_pro'), Answer(403, b"<html>")])
async def test_a_refusal_that_cannot_be_read_leaves_the_outcome_open(
    shop: BrokenShop, connect: Connect, refusal: Answer
) -> None:
    """It may be "still at it", or from something that stands before the shop."""
    shop.script(refusal)
    with pytest.raises(errors.BadAnswer) as caught:
        await register(connect())
    assert caught.value.outcome_unknown


async def test_a_refusal_is_final(shop: BrokenShop, connect: Connect) -> None:
    shop.script(problem(422, "quantity_exceeded", returnable=0))
    with pytest.raises(errors.QuantityExceeded) as caught:
        await register(connect())
    assert caught.value.details == {"returnable": 0}
    assert not caught.value.outcome_unknown
    assert len(shop.requests) == 1


async def test_a_cancelled_write_is_not_sent_again(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(201, RETURN, wait=60))
    task = asyncio.create_task(register(connect()))
    async with asyncio.timeout(30):
        while not shop.requests:  # noqa: ASYNC110 - the fake notes what arrived
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(shop.requests) == 1
