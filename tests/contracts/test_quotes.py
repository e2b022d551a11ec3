import asyncio
from datetime import UTC, datetime
from typing import Any

from tests.contracts.conftest import Later
from tests.contracts.requests import UNKNOWN
from tests.contracts.shop import Reply, Shop
from tests.contracts.world import Unit, World

PATIENCE = 30  # seconds that the suite waits for a quote to expire


async def quote(shop: Shop, unit: Unit, body: Any) -> Any:
    return (await shop.post(f"/orders/{unit.order['id']}/return-quote", unit.who, body)).ok()


def refused_as(reply: Reply, reason: str) -> bool:
    return (reply.status, reply.code, reply.json.get("reason")) == (409, "conflict", reason)


async def test_a_quote_adds_up_and_is_what_the_return_is_worth(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    for resolution in unit.item["resolutions"]:
        body = await world.return_body(unit, resolution=resolution)
        offered = await quote(shop, unit, body)
        assert sum(charge["amount"]["amount"] for charge in offered["breakdown"]) == offered["refund_total"]["amount"]
        assert offered["refund_total"]["amount"] >= 0
        assert datetime.fromisoformat(offered["expires_at"]) > datetime.now(UTC)
        made = (await shop.post("/returns", unit.who, body | {"quote_id": offered["id"]})).ok()
        if resolution != "exchange":
            assert made["refund_total"] == offered["refund_total"]
        await world.give_back(unit.who, made["id"])


async def test_a_quote_reserves_nothing(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    await quote(shop, unit, await world.return_body(unit, unit.item["quantity"]))
    assert (await shop.get(f"/orders/{unit.order['id']}", unit.who)).ok() == unit.order


async def test_a_quote_is_good_for_one_return(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    body = await world.return_body(unit)
    bound = body | {"quote_id": (await quote(shop, unit, body))["id"]}
    made = (await shop.post("/returns", unit.who, bound)).ok()
    await world.give_back(unit.who, made["id"])
    assert refused_as(await shop.post("/returns", unit.who, bound), "quote_used")


async def test_a_quote_of_something_else_does_not_count(shop: Shop, world: World) -> None:
    unit = await world.unit(
        "a line with two resolutions to choose from",
        lambda unit: unit.item["quantity"] > 0 and len(unit.item["resolutions"]) > 1,
    )
    first, second = unit.item["resolutions"][:2]
    body = await world.return_body(unit, resolution=first)
    quote_id = (await quote(shop, unit, body))["id"]
    changed = body | {"resolution": second, "quote_id": quote_id}
    assert refused_as(await shop.post("/returns", unit.who, changed), "quote_mismatch")


async def test_a_quote_of_other_quantities_does_not_count(shop: Shop, world: World) -> None:
    unit = await world.returnable(2)
    quote_id = (await quote(shop, unit, await world.return_body(unit, 1)))["id"]
    changed = await world.return_body(unit, 2, quote_id=quote_id)
    assert refused_as(await shop.post("/returns", unit.who, changed), "quote_mismatch")


async def test_an_unknown_quote_and_one_of_somebody_else_are_the_same(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    body = await world.return_body(unit)
    other = await world.unit(
        "another customer's returnable line",
        lambda found: found.who != unit.who and found.item["quantity"] > 0 and "refund" in found.item["resolutions"],
    )
    theirs = (await quote(shop, other, await world.return_body(other)))["id"]
    foreign = await shop.post("/returns", unit.who, body | {"quote_id": theirs})
    unknown = await shop.post("/returns", unit.who, body | {"quote_id": UNKNOWN})
    assert refused_as(unknown, "quote_unknown")
    assert foreign.without_trace() == unknown.without_trace()


async def test_an_expired_quote_does_not_count(shop: Shop, world: World, later: Later | None) -> None:
    unit = await world.returnable()
    body = await world.return_body(unit)
    offered = await quote(shop, unit, body)
    left = (datetime.fromisoformat(offered["expires_at"]) - datetime.now(UTC)).total_seconds()
    bound = body | {"quote_id": offered["id"]}
    if later is not None:
        reply = await later(left + 1, unit.who, bound)
    elif left <= PATIENCE:
        await asyncio.sleep(left + 1)
        reply = await shop.post("/returns", unit.who, bound)
    else:
        world.missing(f"a quote that expires within {PATIENCE} seconds")
    assert refused_as(reply, "quote_expired")
