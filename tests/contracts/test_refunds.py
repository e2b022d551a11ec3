"""Refunds without a return: policy, once a unit, never more than was captured."""

import asyncio
from typing import Any

from tests.contracts.shop import Reply, Shop
from tests.contracts.world import Unit, World

RULES = {"already_refunded", "not_returnable", "quantity_exceeded", "window_expired"}


async def allowed(shop: Shop, world: World, status: int = 201) -> tuple[Unit, Any, Reply]:
    """A unit that the policy refunds without a return, the request that did it, and the answer.

    The policy may look at the reason, the price and the day, so that the only way to find out is to ask.
    """
    limit = (await shop.get("/policies")).ok()["refund_without_return_up_to"]
    seen: set[str] = set()

    def fits(unit: Unit) -> bool:
        price = unit.item["unit_price"]
        small = price["amount"] <= limit["amount"]
        fresh = unit.line["id"] not in seen and unit.item["quantity"] > 0
        return fresh and price["currency"] == limit["currency"] and small == (status == 201)

    for _ in range(200):
        unit = await world.unit("a line that is refunded without a return", fits)
        seen.add(unit.line["id"])
        for reason in await world.reasons():
            body = request(unit, reason["id"])
            reply = await shop.post("/refunds", unit.who, body)
            assert reply.code is None or reply.code in RULES | {"invalid_request"}
            if reply.status == status:
                return unit, body, reply
    raise AssertionError("unreachable: a world without such a line says so")


def request(unit: Unit, reason: str, quantity: int = 1) -> dict[str, Any]:
    wanted = {"order_id": unit.order["id"], "line_id": unit.item["line_id"], "quantity": quantity}
    return wanted | {"reason": reason, "method": "original_payment"}


async def paid_back(shop: Shop, unit: Unit) -> int:
    order = (await shop.get(f"/orders/{unit.order['id']}", unit.who)).ok()
    return sum(refund["amount"]["amount"] for refund in order["refunds"] if refund["status"] != "failed")


async def test_a_refund_is_itemised_listed_and_replayed(shop: Shop, world: World) -> None:
    unit, body, reply = await allowed(shop, world)
    made = reply.ok()
    assert (made["order_id"], made["return_number"], made["method"]) == (unit.order["id"], None, "original_payment")
    assert 0 < made["amount"]["amount"] <= unit.item["unit_price"]["amount"]
    assert sum(item["amount"]["amount"] for item in made["items"]) == made["amount"]["amount"]
    assert made in await shop.all("/refunds", unit.who, order_id=unit.order["id"])
    assert made in (await shop.get(f"/orders/{unit.order['id']}", unit.who)).ok()["refunds"]
    assert body["quantity"] == 1


async def test_repeating_a_refund_ends_at_what_was_paid_for_the_line(shop: Shop, world: World) -> None:
    unit, body, _ = await allowed(shop, world)
    before = await paid_back(shop, unit)
    left = unit.line["quantity"] - 1
    replies = [await shop.post("/refunds", unit.who, body) for _ in range(unit.line["quantity"] + 2)]
    got_through = [reply for reply in replies if not reply.code]
    assert len(got_through) <= left
    assert replies[-1].code == "already_refunded"
    assert await paid_back(shop, unit) == before + sum(reply.json["amount"]["amount"] for reply in got_through)
    assert await paid_back(shop, unit) <= unit.order["total"]["amount"]


async def test_six_refunds_at_once_pay_each_unit_once(shop: Shop, world: World) -> None:
    unit, body, _ = await allowed(shop, world)
    left = unit.line["quantity"] - 1
    replies = await asyncio.gather(*(shop.post("/refunds", unit.who, body) for _ in range(6)))
    assert sum(not reply.code for reply in replies) <= left
    assert {reply.code for reply in replies if reply.code} <= RULES
    assert await paid_back(shop, unit) <= unit.order["total"]["amount"]


async def test_a_unit_that_was_refunded_is_not_returned_for_money_again(shop: Shop, world: World) -> None:
    unit, _, _ = await allowed(shop, world)
    now = (await shop.get(f"/orders/{unit.order['id']}/returnable-items", unit.who)).ok()["items"]
    left = next(item for item in now if item["line_id"] == unit.item["line_id"])
    assert left["quantity"] == unit.item["quantity"] - 1
    reply = await shop.post("/returns", unit.who, await world.return_body(unit, unit.item["quantity"]))
    assert reply.code in {"quantity_exceeded", "not_returnable"}


async def test_a_unit_in_a_return_is_not_refunded_besides(shop: Shop, world: World) -> None:
    _, body, _ = await allowed(shop, world)
    unit = await world.returnable()
    made = (await shop.post("/returns", unit.who, await world.return_body(unit, unit.item["quantity"]))).ok()
    reply = await shop.post("/refunds", unit.who, request(unit, body["reason"], unit.item["quantity"]))
    assert reply.code in RULES
    await world.give_back(unit.who, made["id"])


async def test_what_the_policy_does_not_allow_is_refused_and_pays_nothing(shop: Shop, world: World) -> None:
    policies = (await shop.get("/policies")).ok()
    limit, approval = (policies[name] for name in ("refund_without_return_up_to", "refund_approval_above"))

    def fits(unit: Unit) -> bool:
        price = unit.item["unit_price"]
        between = limit["amount"] < price["amount"] <= approval["amount"]
        return bool(unit.item["quantity"] and between and price["currency"] == limit["currency"])

    unit = await world.unit("a line dearer than what is refunded without a return", fits)
    for reason in await world.reasons():
        before = await paid_back(shop, unit)  # with what a person decides on: that may be one of these reasons
        reply = await shop.post("/refunds", unit.who, request(unit, reason["id"]))
        assert reply.status == 202 or reply.code in RULES | {"invalid_request"}, "neither refused nor shown to a person"
        if reply.code:
            assert await paid_back(shop, unit) == before


async def test_what_a_person_has_to_approve_is_accepted_but_not_paid(shop: Shop, world: World) -> None:
    unit, body, reply = await allowed(shop, world, status=202)
    assert reply.json["status"] == "needs_approval"
    assert reply.json["processed_at"] is None
    assert (await shop.post("/refunds", unit.who, body)).code in RULES, "asked for twice"


async def test_more_units_than_were_bought_are_not_refunded(shop: Shop, world: World) -> None:
    unit, body, _ = await allowed(shop, world)
    before = await paid_back(shop, unit)
    reply = await shop.post("/refunds", unit.who, body | {"quantity": unit.line["quantity"] + 1})
    assert reply.code in RULES | {"invalid_request"}
    assert await paid_back(shop, unit) == before


async def test_shipping_costs_are_refunded_once_at_most(shop: Shop, world: World) -> None:
    unit, body, _ = await allowed(shop, world)
    shipping = body | {"line_id": None}
    replies = [await shop.post("/refunds", unit.who, shipping) for _ in range(3)]
    assert sum(not reply.code for reply in replies) <= 1
    assert {reply.code for reply in replies if reply.code} <= RULES
    assert await paid_back(shop, unit) <= unit.order["total"]["amount"]
