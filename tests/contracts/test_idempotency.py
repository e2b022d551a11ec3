"""Writes happen once: the same key, whatever comes with it."""

import asyncio
import time
import uuid

from tests.contracts.contract import load_contract
from tests.contracts.requests import UNKNOWN, sample_body
from tests.contracts.shop import Shop, Who
from tests.contracts.world import World


async def test_the_same_key_replays_the_first_answer_and_does_nothing_again(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    body, key = await world.return_body(unit), str(uuid.uuid4())
    first = await shop.post("/returns", unit.who, body, key=key)
    assert not first.replayed
    again = await shop.post("/returns", unit.who, body, key=key)
    assert (again.status, again.ok()) == (first.status, first.ok())
    assert again.replayed
    made = [each for each in await shop.all("/returns", unit.who) if each["order_id"] == unit.order["id"]]
    assert len(made) == len(unit.order["returns"]) + 1
    await world.give_back(unit.who, first.json["id"])
    assert (await shop.post("/returns", unit.who, body, key=key)).json == first.json, "the first answer, even now"


async def test_a_renewed_assertion_of_the_same_customer_is_the_same_request(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    body, key = await world.return_body(unit), str(uuid.uuid4())
    first = await shop.post("/returns", unit.who, body, key=key)
    renewed = shop.assertion(unit.who, exp=int(time.time()) + 100)
    again = await shop.send("POST", "/returns", assertion=renewed, body=body, key=key)
    assert (again.status, again.json) == (first.status, first.ok())
    await world.give_back(unit.who, first.json["id"])


async def test_the_same_key_with_another_body_path_or_customer_is_refused(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    body, key = await world.return_body(unit), str(uuid.uuid4())
    first = (await shop.post("/returns", unit.who, body, key=key)).ok()
    other = next(who for who in world.customers if who != unit.who)
    for reply in (
        await shop.post("/returns", unit.who, body | {"resolution": "store_credit"}, key=key),
        await shop.post(f"/returns/{first['id']}/cancel", unit.who, key=key),
        await shop.post("/returns", other, body, key=key),
        await shop.post("/returns", Who(unit.who.customer, unit.order["id"]), body, key=key),
    ):
        assert (reply.status, reply.code) == (422, "idempotency_key_reused")
        assert first["number"] not in str(reply.json)
    await world.give_back(unit.who, first["id"])


async def test_every_write_wants_a_key(shop: Shop, somebody: Who) -> None:
    for operation in load_contract().operations:
        if operation.keyed:
            body = sample_body(operation.id)
            reply = await shop.send(operation.method, operation.filled(UNKNOWN), who=somebody, body=body)
            assert (reply.status, reply.code) == (400, "idempotency_key_required"), operation.id


async def test_a_key_may_be_used_again_after_a_refusal(shop: Shop, world: World) -> None:
    """The reply may be the same or a new one; it is never a success that did not happen."""
    unit, key = await world.returnable(), str(uuid.uuid4())
    body = await world.return_body(unit, unit.item["quantity"] + 1)
    first = await shop.post("/returns", unit.who, body, key=key)
    again = await shop.post("/returns", unit.who, body, key=key)
    assert first.code == again.code == "quantity_exceeded"
    assert (await shop.get(f"/orders/{unit.order['id']}", unit.who)).ok() == unit.order


async def test_the_same_key_six_times_at_once_makes_one_return(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    body, key = await world.return_body(unit), str(uuid.uuid4())
    replies = await asyncio.gather(*(shop.post("/returns", unit.who, body, key=key) for _ in range(6)))
    assert {reply.code for reply in replies} <= {None, "idempotency_in_progress"}
    for reply in replies:
        if reply.code:
            assert reply.status == 409
            assert reply.json["retryable"]
            assert "Retry-After" in reply.headers
    (made,) = {reply.json["id"] for reply in replies if not reply.code}
    order = (await shop.get(f"/orders/{unit.order['id']}", unit.who)).ok()
    assert len(order["returns"]) == len(unit.order["returns"]) + 1
    await world.give_back(unit.who, made)


async def test_quotes_replay_too(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    path, body, key = f"/orders/{unit.order['id']}/return-quote", await world.return_body(unit), str(uuid.uuid4())
    first = await shop.post(path, unit.who, body, key=key)
    again = await shop.post(path, unit.who, body, key=key)
    assert again.ok() == first.ok()
    assert again.replayed
