"""What the shop tells by itself: signed, with an id, again until it is taken."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from backends.http.decode import decode
from backends.models import ShopEvent
from backends.webhooks import SIGNATURE_HEADER, BadSignature, verify
from tests.contracts.shop import Shop
from tests.contracts.world import World
from tests.fakes.broken_shop import Answer, BrokenShop, Request

PATIENCE = 30  # seconds


async def arrived(receiver: BrokenShop, fits: Callable[[Any], bool], count: int = 1) -> list[Request]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = [request for request in receiver.requests if fits(request.json)]
        if len(found) >= count:
            return found
        await asyncio.sleep(0.1)
    return pytest.fail(f"{count} such events did not come within {PATIENCE} s; {len(receiver.requests)} others did")


async def returned(shop: Shop, world: World, webhook_secret: str) -> Any:
    if not webhook_secret:
        world.missing("webhooks (AFTERCARE_SHOP_WEBHOOK_SECRET)")
    unit = await world.returnable()
    made = (await shop.post("/returns", unit.who, await world.return_body(unit))).ok()
    await world.give_back(unit.who, made["id"])
    return made | {"customer": unit.who.customer}


async def test_a_return_is_told_of_with_a_signature(
    shop: Shop, world: World, receiver: BrokenShop, webhook_secret: str
) -> None:
    made = await returned(shop, world, webhook_secret)
    found = await arrived(receiver, lambda event: event["subject_id"] == made["id"], count=2)
    for request in found:
        verify([SecretStr(webhook_secret)], request.headers[SIGNATURE_HEADER.lower()], request.body, now=time.time())
        event = decode(ShopEvent, request.body)
        assert event.type.startswith("return.")
        assert (event.customer_id, event.order_id) == (made["customer"], made["order_id"])
    assert {json.loads(request.body)["status"] for request in found} == {made["status"], "cancelled"}
    assert len({json.loads(request.body)["id"] for request in found}) == 2


async def test_the_signature_is_of_this_body_alone(
    shop: Shop, world: World, receiver: BrokenShop, webhook_secret: str
) -> None:
    made = await returned(shop, world, webhook_secret)
    request, *_ = await arrived(receiver, lambda event: event["subject_id"] == made["id"])
    header = request.headers[SIGNATURE_HEADER.lower()]
    with pytest.raises(BadSignature):
        verify([SecretStr(webhook_secret)], header, request.body + b" ", now=time.time())
    with pytest.raises(BadSignature):
        verify([SecretStr(webhook_secret)], header, request.body, now=time.time() + 3600)


async def test_an_event_that_was_not_taken_comes_again_unchanged(
    shop: Shop, world: World, receiver: BrokenShop, webhook_secret: str
) -> None:
    receiver.script(Answer(503, {}), Answer(503, {}), Answer(200, {}))
    before = len(receiver.requests)
    made = await returned(shop, world, webhook_secret)
    found = await arrived(receiver, lambda event: event["subject_id"] == made["id"], count=3)
    bodies = [request.body for request in found]
    assert len(set(bodies)) < len(bodies)
    ids = [json.loads(body)["id"] for body in bodies]
    assert len({(id_, body) for id_, body in zip(ids, bodies, strict=True)}) == len(set(ids))
    assert len(receiver.requests) > before
