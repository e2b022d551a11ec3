from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contracts.shop import Shop, Who
from tests.contracts.world import World

NOT_CANCELLABLE = ("shipped", "delivered", "partially_shipped", "cancelled")


async def test_an_order_is_found_by_id_and_by_number(shop: Shop, world: World) -> None:
    for who, summary in await world.owners(2):
        by_id = (await shop.get(f"/orders/{summary['id']}", who)).ok()
        assert (await shop.get(f"/orders/{summary['number']}", who)).ok() == by_id
        shared = ("id", "number", "status", "placed_at", "total")
        assert {name: by_id[name] for name in shared} == {name: summary[name] for name in shared}


async def test_the_counts_of_every_line_agree(world: World) -> None:
    for _, order, items in await world.everything():
        assert [item["line_id"] for item in items] == [line["id"] for line in order["lines"]]
        for line, item in zip(order["lines"], items, strict=True):
            assert line["fulfilled"] <= line["quantity"]
            assert line["returnable"] + line["returned"] <= line["fulfilled"]
            assert item["quantity"] <= line["returnable"]
            assert (item["quantity"] == 0) == (item.get("blocked") is not None), item
            if item["quantity"]:
                assert item["resolutions"]
                assert not item["deadline"] or item["deadline"] >= datetime.now(UTC).date().isoformat()


async def test_all_money_of_an_order_is_of_one_currency(world: World) -> None:
    for _, order, items in await world.everything():
        assert len(currencies([order, items])) == 1


def currencies(value: Any) -> set[str]:
    if isinstance(value, dict):
        found = {value["currency"]} if "currency" in value else set()
        return found.union(*map(currencies, value.values()))
    return set().union(*map(currencies, value)) if isinstance(value, list) else set()


async def test_refunds_never_exceed_what_was_captured_and_add_up(world: World) -> None:
    for _, order, _ in await world.everything():
        alive = [refund for refund in order["refunds"] if refund["status"] != "failed"]
        # Store credit may carry a bonus on top of what was paid.
        paid_back = [refund for refund in alive if refund["method"] == "original_payment"]
        assert sum(refund["amount"]["amount"] for refund in paid_back) <= order["total"]["amount"]
        for refund in alive:
            assert sum(item["amount"]["amount"] for item in refund["items"]) == refund["amount"]["amount"]


async def test_lists_and_orders_tell_the_same_of_returns_and_refunds(shop: Shop, world: World) -> None:
    for who in world.customers[:5]:
        orders = [(await shop.get(f"/orders/{order['id']}", who)).ok() for order in await world.summaries(who)]
        for path in ("returns", "refunds"):
            listed = {item["id"]: item for item in await shop.all(f"/{path}", who)}
            assert listed == {item["id"]: item for order in orders for item in order[path]}


@pytest.mark.parametrize("status", NOT_CANCELLABLE)
async def test_what_was_shipped_or_cancelled_is_not_cancelled(shop: Shop, world: World, status: str) -> None:
    who, order = await world.order(f"an order that is {status}", lambda order: bool(order["status"] == status))
    assert not order["cancellable"]
    reply = await shop.post(f"/orders/{order['id']}/cancel", who, {"reason": ""})
    assert (reply.status, reply.code) == (409, "conflict")
    assert (await shop.get(f"/orders/{order['id']}", who)).ok() == order


async def test_an_order_is_cancelled_once_and_paid_back_once(shop: Shop, world: World) -> None:
    who, order = await world.order("an order that can be cancelled", lambda order: bool(order["cancellable"]))
    path = f"/orders/{order['id']}/cancel"
    cancelled = (await shop.post(path, who, {"reason": "changed my mind"}, key=f"cancel-{order['id']}")).ok()
    assert cancelled["status"] == "cancelled"
    assert not cancelled["cancellable"]
    replay = await shop.post(path, who, {"reason": "changed my mind"}, key=f"cancel-{order['id']}")
    assert replay.ok() == cancelled
    assert replay.replayed
    assert (await shop.post(path, who, {"reason": "changed my mind"})).code == "conflict"
    now = (await shop.get(f"/orders/{order['id']}", who)).ok()
    assert now == cancelled
    assert sum(refund["amount"]["amount"] for refund in now["refunds"]) <= order["total"]["amount"]


def moved(order: Any) -> dict[str, Any]:
    """The same town, another door."""
    return order["shipping_address"] | {"line1": "77 Elsewhere Lane", "line2": ""}


async def addressed(world: World) -> tuple[Who, Any]:
    def fits(order: Any) -> bool:
        return bool(order.get("address_changeable") and order.get("shipping_address"))

    return await world.order("an order whose address can be changed", fits)


async def test_a_dry_run_of_another_address_changes_nothing(shop: Shop, world: World) -> None:
    who, order = await addressed(world)
    body = {"address": moved(order), "version": order["version"], "dry_run": True}
    would_be = (await shop.post(f"/orders/{order['id']}/address", who, body)).ok()
    assert would_be["shipping_address"]["line1"] == "77 Elsewhere Lane"
    assert (await shop.get(f"/orders/{order['id']}", who)).ok() == order


async def test_an_address_is_changed_once_and_for_the_version_that_was_seen(shop: Shop, world: World) -> None:
    who, order = await addressed(world)
    path, body = f"/orders/{order['id']}/address", {"address": moved(order), "version": order["version"]}
    changed = (await shop.post(path, who, body, key=f"address-{order['id']}")).ok()
    assert changed["shipping_address"]["line1"] == "77 Elsewhere Lane"
    assert changed["version"] != order["version"]
    replay = await shop.post(path, who, body, key=f"address-{order['id']}")
    assert replay.ok() == changed
    assert replay.replayed
    other = body | {"address": order["shipping_address"]}
    assert (await shop.post(path, who, other)).code == "conflict", "the order is not any more as it was seen"
    assert (await shop.get(f"/orders/{order['id']}", who)).ok() == changed
    assert (await shop.post(path, who, {"address": order["shipping_address"]})).ok()["version"] == order["version"]


async def test_what_was_shipped_goes_where_it_goes(shop: Shop, world: World) -> None:
    for status in ("shipped", "delivered", "cancelled"):
        who, order = await world.order(f"an order that is {status}", lambda order, s=status: bool(order["status"] == s))
        assert not order.get("address_changeable")
        body = {"address": {"name": "A", "line1": "1 Elsewhere Lane", "city": "Dublin", "country": "IE"}}
        reply = await shop.post(f"/orders/{order['id']}/address", who, body)
        assert (reply.status, reply.code) == (409, "conflict")


async def test_an_address_on_no_map_is_refused(shop: Shop, world: World) -> None:
    who, order = await addressed(world)
    for wrong in ({"country": "ZZ"}, {"line1": ""}, {"country": "Ireland"}, {"line1": "x" * 101}):
        reply = await shop.post(f"/orders/{order['id']}/address", who, {"address": moved(order) | wrong})
        assert reply.status == 422, wrong
        assert reply.code == ("address_refused" if wrong == {"country": "ZZ"} else "invalid_request"), wrong
    assert (await shop.get(f"/orders/{order['id']}", who)).ok() == order
