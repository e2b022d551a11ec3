"""Our own client and the shop understand each other: every method of the port, over HTTP."""

import uuid
from collections.abc import AsyncIterator

import pytest

from backends import errors
from backends.http import CommerceSettings, HttpCommerce, create_commerce
from backends.models import Caller, Resolution, ReturnLine, ReturnRequest, ReturnStatus
from tests.contracts.requests import UNKNOWN
from tests.contracts.shop import Shop
from tests.contracts.world import World


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[HttpCommerce]:
    credentials = shop.credentials
    settings = {
        "commerce_url": str(shop.http.base_url),
        "commerce_client_id": credentials.client_id,
        "commerce_client_secret": credentials.client_secret,
        "commerce_api_key": credentials.api_key,
    }
    async with create_commerce(CommerceSettings.model_validate(settings)) as client:
        yield client


def key() -> str:
    return str(uuid.uuid4())


async def test_everything_that_is_read_is_understood(shop: Shop, world: World, client: HttpCommerce) -> None:
    assert (await client.policies()).default_window_days > 0
    assert await client.return_reasons()
    for who in world.customers[:4]:
        caller = Caller(shop.assertion(who))
        me = await client.me(caller)
        assert me.id == who.customer
        for summary in (await client.list_orders(caller, limit=5)).items:
            order = await client.get_order(caller, summary.number)
            items = await client.returnable_items(caller, order.id)
            assert {item.line_id for item in items.items} == {line.id for line in order.lines}
            assert (await client.list_refunds(caller, order_id=order.id)).items == order.refunds
        for return_ in (await client.list_returns(caller)).items:
            assert await client.get_return(caller, return_.number) == return_
        try:
            account = await client.account(caller)
        except errors.NotFound:
            continue
        assert account.customer_id == who.customer
        await client.transactions(caller, limit=5)
        await client.rewards(caller)


async def test_a_return_is_quoted_registered_and_called_off(shop: Shop, world: World, client: HttpCommerce) -> None:
    unit = await world.returnable(2)
    caller = Caller(shop.assertion(unit.who))
    lines = (ReturnLine(unit.item["line_id"], 1, await world.reason()),)
    request = ReturnRequest(unit.order["id"], lines, Resolution.REFUND, unit.method)
    quote = await client.quote_return(caller, request, idempotency_key=key())
    bound = ReturnRequest(unit.order["id"], lines, Resolution.REFUND, unit.method, quote.id)
    once = key()
    made = await client.create_return(caller, bound, idempotency_key=once)
    assert made.refund_total == quote.refund_total
    assert await client.create_return(caller, bound, idempotency_key=once) == made
    with pytest.raises(errors.Conflict):
        await client.create_return(caller, bound, idempotency_key=key())
    off = await client.cancel_return(caller, made.id, idempotency_key=key())
    assert off.status is ReturnStatus.CANCELLED


async def test_a_guest_is_verified(shop: Shop, world: World, client: HttpCommerce) -> None:
    ((who, order),) = await world.owners(1)
    email = (await client.me(Caller(shop.assertion(who)))).email
    started = await client.start_verification(order["number"], email, idempotency_key=key())
    assert started.deliverable
    guest = await client.confirm_verification(started.id, idempotency_key=key())
    assert (guest.customer_id, guest.order_id) == (who.customer, order["id"])


async def test_refusals_arrive_as_their_errors(shop: Shop, world: World, client: HttpCommerce) -> None:
    caller = Caller(shop.assertion(world.customers[0]))
    with pytest.raises(errors.NotFound):
        await client.get_order(caller, UNKNOWN)
    with pytest.raises(errors.NotFound):
        await client.redeem(caller, UNKNOWN, dry_run=True, idempotency_key=key())
    with pytest.raises(errors.VerificationRequired):
        await client.account(Caller())
    unit = await world.blocked("window_expired")
    lines = (ReturnLine(unit.item["line_id"], 1, await world.reason()),)
    request = ReturnRequest(unit.order["id"], lines, Resolution.REFUND, unit.method)
    with pytest.raises(errors.WindowExpired) as caught:
        await client.create_return(Caller(shop.assertion(unit.who)), request, idempotency_key=key())
    assert caught.value.details["deadline"].isoformat() == unit.item["deadline"]
