"""Six at once: five of six got through on a well-known platform."""

import asyncio
from typing import Any

import pytest

from tests.contracts.shop import Reply, Shop
from tests.contracts.world import Unit, World

AT_ONCE = 6


async def rush(shop: Shop, unit: Unit, body: Any) -> tuple[list[Reply], list[Reply]]:
    """Those that got through and those that were refused; each request has a key of its own."""
    replies = await asyncio.gather(*(shop.post("/returns", unit.who, body) for _ in range(AT_ONCE)))
    return [reply for reply in replies if not reply.code], [reply for reply in replies if reply.code]


@pytest.mark.parametrize("round_", range(3))
async def test_all_units_of_a_line_are_returned_by_one_of_six(shop: Shop, world: World, round_: int) -> None:
    unit = await world.returnable()
    made, refused = await rush(shop, unit, await world.return_body(unit, unit.item["quantity"]))
    assert len(made) == 1, f"{len(made)} of {AT_ONCE} requests returned the same units (round {round_})"
    assert {reply.code for reply in refused} <= {"quantity_exceeded", "not_returnable"}
    await world.give_back(unit.who, made[0].json["id"])


async def test_of_several_units_no_more_are_returned_than_there_are(shop: Shop, world: World) -> None:
    unit = await world.unit(
        f"a line with 2 to {AT_ONCE - 1} units to return",
        lambda unit: 2 <= unit.item["quantity"] < AT_ONCE and "refund" in unit.item["resolutions"],
    )
    made, _ = await rush(shop, unit, await world.return_body(unit, 1))
    assert len(made) == unit.item["quantity"]
    for reply in made:
        await world.give_back(unit.who, reply.json["id"])


async def test_two_quotes_for_the_same_unit_make_one_return(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    body = await world.return_body(unit, unit.item["quantity"])
    path = f"/orders/{unit.order['id']}/return-quote"
    quotes = [(await shop.post(path, unit.who, body)).ok()["id"] for _ in range(AT_ONCE)]
    bound = [shop.post("/returns", unit.who, body | {"quote_id": quote}) for quote in quotes]
    (made,) = [reply for reply in await asyncio.gather(*bound) if not reply.code]
    await world.give_back(unit.who, made.json["id"])


async def test_a_return_is_called_off_by_one_of_six(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    made = (await shop.post("/returns", unit.who, await world.return_body(unit))).ok()
    cancels = [shop.post(f"/returns/{made['id']}/cancel", unit.who) for _ in range(AT_ONCE)]
    codes = sorted(str(reply.code) for reply in await asyncio.gather(*cancels))
    assert codes == ["None", *["conflict"] * (AT_ONCE - 1)]
    order = (await shop.get(f"/orders/{unit.order['id']}", unit.who)).ok()
    assert order["lines"] == unit.order["lines"]
