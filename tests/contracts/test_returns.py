from typing import Any

import pytest

from tests.contracts.requests import UNKNOWN
from tests.contracts.shop import Shop
from tests.contracts.world import World


async def test_a_return_uses_up_its_units_and_gives_them_back_when_called_off(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    who, order = unit.who, unit.order
    made = (await shop.post("/returns", who, await world.return_body(unit))).ok()
    assert made["status"] in {"requested", "approved", "awaiting_items"}
    assert (made["order_id"], made["order_number"]) == (order["id"], order["number"])
    assert (await shop.get(f"/returns/{made['id']}", who)).ok() == made
    assert (await shop.get(f"/returns/{made['number']}", who)).ok() == made
    assert made["id"] in {each["id"] for each in await shop.all("/returns", who)}

    line = await line_now(shop, unit)
    assert line["returned"] == unit.line["returned"] + 1
    assert line["returnable"] == unit.line["returnable"] - 1

    assert made["cancellable"]
    off = (await shop.post(f"/returns/{made['id']}/cancel", who)).ok()
    assert (off["status"], off["cancellable"]) == ("cancelled", False)
    assert await line_now(shop, unit) == unit.line
    assert (await shop.post(f"/returns/{made['id']}/cancel", who)).code == "conflict"


async def line_now(shop: Shop, unit: Any) -> Any:
    order = (await shop.get(f"/orders/{unit.order['id']}", unit.who)).ok()
    return next(line for line in order["lines"] if line["id"] == unit.item["line_id"])


async def test_more_units_than_are_left_are_refused_with_the_number_that_is(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    reply = await shop.post("/returns", unit.who, await world.return_body(unit, unit.item["quantity"] + 1))
    assert (reply.status, reply.code) == (422, "quantity_exceeded")
    assert reply.json["returnable"] == unit.item["quantity"]


async def test_the_same_line_twice_in_one_return_is_not_a_way_around(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    body = await world.return_body(unit, unit.item["quantity"])
    body["lines"] *= 2
    reply = await shop.post("/returns", unit.who, body)
    assert reply.code in {"invalid_request", "quantity_exceeded"}


async def test_a_unit_that_arrived_back_is_not_returned_again(shop: Shop, world: World) -> None:
    def fits(unit: Any) -> bool:
        arrived = {
            line["line_id"]
            for each in unit.order["returns"]
            if each["status"] in {"received", "closed"}
            for line in each["lines"]
        }
        return unit.line["id"] in arrived and unit.line["returnable"] == 0

    unit = await world.unit("a line whose return was received", fits)
    assert unit.item["quantity"] == 0
    reply = await shop.post("/returns", unit.who, await world.return_body(unit))
    assert reply.status == 422
    assert reply.code in {"quantity_exceeded", "not_returnable"}


async def test_after_the_window_the_refusal_says_when_it_was_over(shop: Shop, world: World) -> None:
    unit = await world.blocked("window_expired")
    body = await world.return_body(unit)
    for reply in (
        await shop.post("/returns", unit.who, body),
        await shop.post(f"/orders/{unit.order['id']}/return-quote", unit.who, body),
    ):
        assert (reply.status, reply.code) == (422, "window_expired")
        assert reply.json["deadline"] == unit.item["deadline"]
        assert reply.json["window_days"] == unit.item["window_days"]


@pytest.mark.parametrize("reason", ["final_sale", "hygiene", "personalised"])
async def test_what_the_policy_excludes_is_refused_with_its_reason(shop: Shop, world: World, reason: str) -> None:
    unit = await world.blocked(reason)
    reply = await shop.post("/returns", unit.who, await world.return_body(unit))
    assert (reply.status, reply.code) == (422, "not_returnable")
    assert reply.json["reason"] == reason


async def test_a_resolution_that_the_line_does_not_allow_is_refused(shop: Shop, world: World) -> None:
    unit = await world.unit(
        "a line that is returnable, but not for a refund",
        lambda unit: unit.item["quantity"] > 0 and "refund" not in unit.item["resolutions"],
    )
    reply = await shop.post("/returns", unit.who, await world.return_body(unit))
    assert (reply.status, reply.code, reply.json["reason"]) == (422, "not_returnable", "resolution")


async def test_an_order_that_has_not_arrived_has_nothing_to_return(shop: Shop, world: World) -> None:
    unit = await world.blocked("not_delivered")
    reply = await shop.post("/returns", unit.who, await world.return_body(unit))
    assert reply.status == 422
    assert reply.code in {"not_returnable", "quantity_exceeded"}


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"lines": None},
        {"resolution": "gold"},
        {"method": UNKNOWN},
        {"order_id": None},
        {"line": {"quantity": 0}},
        {"line": {"quantity": -1}},
        {"line": {"quantity": 1.5}},
        {"line": {"quantity": 10**30}},
        {"line": {"reason": UNKNOWN}},
    ],
    ids=str,
)
async def test_a_malformed_return_is_an_invalid_request(shop: Shop, world: World, change: dict[str, Any]) -> None:
    unit = await world.returnable()
    body = await world.return_body(unit)
    body["lines"][0] |= change.get("line", {})
    reply = await shop.post("/returns", unit.who, body | {k: v for k, v in change.items() if k != "line"})
    expected = {"invalid_request"} | ({"quantity_exceeded"} if change.get("line") == {"quantity": 10**30} else set())
    assert reply.code in expected
    if reply.code == "invalid_request":
        assert reply.json["field_errors"]


async def test_every_resolution_and_method_on_offer_works(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    items = (await shop.get(f"/orders/{unit.order['id']}/returnable-items", unit.who)).ok()
    for resolution in unit.item["resolutions"]:
        for method in items["methods"]:
            body = await world.return_body(unit, resolution=resolution, method=method["id"])
            made = (await shop.post("/returns", unit.who, body)).ok()
            assert (made["resolution"], made["method"]) == (resolution, method["id"])
            await world.give_back(unit.who, made["id"])


async def test_a_return_on_its_way_is_not_called_off(shop: Shop, world: World) -> None:
    late = {"in_transit", "received", "closed", "declined"}
    who, order = await world.order(
        "a return that is on its way or done", lambda order: any(each["status"] in late for each in order["returns"])
    )
    gone = next(each for each in order["returns"] if each["status"] in late)
    assert not gone["cancellable"]
    assert (await shop.post(f"/returns/{gone['id']}/cancel", who)).code == "conflict"
