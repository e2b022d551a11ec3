"""For whom: the signed assertion decides, and nothing else."""

import base64
import json
import time
import uuid
from collections.abc import Callable

import pytest

from tests.contracts.contract import Operation, load_contract
from tests.contracts.requests import UNKNOWN, sample_body
from tests.contracts.shop import Reply, Shop, Who, as_guest
from tests.contracts.world import World

PERSONAL = [operation for operation in load_contract().operations if operation.personal]
Forge = Callable[[Shop, Who], str | None]


def unsigned(_shop: Shop, who: Who) -> str:
    """`alg: none`, which careless libraries accept."""
    head, body = ({"alg": "none", "typ": "JWT"}, who.claims())
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, body))
        + "."
    )


def with_another_subject(shop: Shop, who: Who) -> str:
    head, _, signature = shop.assertion(Who("somebody-else")).split(".")
    return f"{head}.{shop.assertion(who).split('.')[1]}.{signature}"


FORGERIES: dict[str, Forge] = {
    "none at all": lambda _shop, _who: None,
    "empty": lambda _shop, _who: "",
    "not a token": lambda _shop, _who: "abc.def.ghi",
    "a bare id": lambda _shop, who: who.customer,
    "another secret": lambda shop, who: shop.assertion(who, secret="x" * 40),
    "unsigned": unsigned,
    "another subject": with_another_subject,
    "expired": lambda shop, who: shop.assertion(who, iat=int(time.time()) - 900, exp=int(time.time()) - 300),
    "without expiry": lambda shop, who: shop.assertion(who, exp=None),
    "for another audience": lambda shop, who: shop.assertion(who, aud="widget"),
    "of another issuer": lambda shop, who: shop.assertion(who, iss="mallory"),
    "without a level": lambda shop, who: shop.assertion(who, auth_level=None),
    "anonymous": lambda shop, who: shop.assertion(who, auth_level="anonymous"),
    "a guest of no order": lambda shop, who: shop.assertion(who, auth_level="guest"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_bad_assertion_shows_nothing(shop: Shop, world: World, forgery: str) -> None:
    ((who, order),) = await world.owners(1)
    assertion = FORGERIES[forgery](shop, who)
    for path in ("/orders", f"/orders/{order['id']}", "/loyalty/account"):
        reply = await shop.send("GET", path, assertion=assertion)
        assert (reply.status, reply.code) == (403, "verification_required"), path


@pytest.mark.parametrize("operation", PERSONAL, ids=lambda operation: operation.id)
async def test_every_personal_call_wants_an_assertion(shop: Shop, somebody: Who, operation: Operation) -> None:
    expired = shop.assertion(somebody, exp=int(time.time()) - 300)
    for assertion in (None, expired):
        reply = await shop.send(
            operation.method,
            operation.filled(UNKNOWN),
            assertion=assertion,
            body=sample_body(operation.id),
            key=str(uuid.uuid4()) if operation.keyed else None,
        )
        assert (reply.status, reply.code) == (403, "verification_required")


async def on_order(shop: Shop, world: World, who: Who, order_id: str) -> list[Reply]:
    """Everything that can be tried on an order."""
    line = {"line_id": "1", "quantity": 1, "reason": await world.reason()}
    wanted = {"order_id": order_id, "lines": [line], "resolution": "refund", "method": "label"}
    refund = {"order_id": order_id, "line_id": "1", "quantity": 1, "reason": line["reason"]}
    return [
        await shop.get(f"/orders/{order_id}", who),
        await shop.get(f"/orders/{order_id}/returnable-items", who),
        await shop.post(f"/orders/{order_id}/return-quote", who, wanted),
        await shop.post("/returns", who, wanted),
        await shop.post("/refunds", who, refund | {"method": "original_payment"}),
        await shop.post(f"/orders/{order_id}/cancel", who, {"reason": ""}),
    ]


async def test_somebody_elses_order_is_as_unknown_as_none(shop: Shop, world: World) -> None:
    (_, theirs), (who, _) = await world.owners(2)
    unknown = await on_order(shop, world, who, UNKNOWN)
    for reference in (theirs["id"], theirs["number"]):
        foreign = await on_order(shop, world, who, reference)
        assert {(reply.status, reply.code) for reply in foreign} == {(404, "not_found")}
        assert [reply.without_trace() for reply in foreign] == [reply.without_trace() for reply in unknown]


async def test_nothing_happened_to_the_order_of_somebody_else(shop: Shop, world: World) -> None:
    (owner, theirs), (who, _) = await world.owners(2)
    before = (await shop.get(f"/orders/{theirs['id']}", owner)).ok()
    await on_order(shop, world, who, theirs["id"])
    assert (await shop.get(f"/orders/{theirs['id']}", owner)).ok() == before


async def test_somebody_elses_return_is_as_unknown_as_none(shop: Shop, world: World) -> None:
    owner, order = await world.order("a return", lambda order: bool(order.get("returns")))
    who = next(other for other in world.customers if other != owner)
    for reference in (order["returns"][0]["id"], order["returns"][0]["number"]):
        for foreign, unknown in (
            (await shop.get(f"/returns/{reference}", who), await shop.get(f"/returns/{UNKNOWN}", who)),
            (await shop.post(f"/returns/{reference}/cancel", who), await shop.post(f"/returns/{UNKNOWN}/cancel", who)),
        ):
            assert (foreign.status, foreign.code) == (404, "not_found")
            assert foreign.without_trace() == unknown.without_trace()


async def test_another_customers_refunds_are_not_listed(shop: Shop, world: World) -> None:
    owner, order = await world.order("a refund", lambda order: bool(order.get("refunds")))
    who = next(other for other in world.customers if other != owner)
    reply = await shop.get("/refunds", who, order_id=order["id"])
    assert reply.code == "not_found" or reply.ok()["items"] == []
    assert (await shop.get("/refunds", owner, order_id=order["id"])).ok()["items"]


async def test_a_line_of_another_order_is_not_found(shop: Shop, world: World) -> None:
    unit = await world.returnable()
    _, foreign = await world.order("another order", lambda order: order["customer_id"] != unit.who.customer)
    body = await world.return_body(unit)
    body["lines"][0]["line_id"] = foreign["lines"][0]["id"]
    assert (await shop.post("/returns", unit.who, body)).code == "not_found"
    assert (await shop.post(f"/orders/{unit.order['id']}/return-quote", unit.who, body)).code == "not_found"


async def test_a_guest_sees_one_order_and_nothing_else(shop: Shop, world: World) -> None:
    who, (mine, other, *_) = await world.regular()
    guest = as_guest(who, mine["id"])
    assert [order["id"] for order in await shop.all("/orders", guest)] == [mine["id"]]
    assert (await shop.get(f"/orders/{mine['number']}", guest)).ok()["id"] == mine["id"]
    assert (await shop.get(f"/orders/{mine['id']}/returnable-items", guest)).ok()["order_id"] == mine["id"]
    for path in ("/returns", "/refunds"):
        assert all(item["order_id"] == mine["id"] for item in await shop.all(path, guest))
    for reply in await on_order(shop, world, guest, other["id"]):
        assert (reply.status, reply.code) == (404, "not_found")


async def test_a_guest_has_no_account(shop: Shop, world: World) -> None:
    ((who, order),) = await world.owners(1)
    guest = as_guest(who, order["id"])
    for path in ("/loyalty/account", "/loyalty/transactions", "/loyalty/rewards"):
        assert (await shop.get(path, guest)).code == "verification_required"
    assert (await shop.post("/loyalty/redemptions", guest, {"reward_id": UNKNOWN})).code == "verification_required"
    assert (await shop.post("/customers/lookup", guest)).code == "verification_required"


async def test_a_guest_of_somebody_elses_order_sees_nothing(shop: Shop, world: World) -> None:
    """The gateway would never assert it; a shop that trusts `order_id` alone shows it all the same."""
    (_, theirs), (who, _) = await world.owners(2)
    guest = as_guest(who, theirs["id"])
    assert (await shop.get(f"/orders/{theirs['id']}", guest)).code == "not_found"
    assert await shop.all("/orders", guest) == []


async def test_lookup_tells_who_the_assertion_is_about(shop: Shop, world: World) -> None:
    for who in world.customers[:3]:
        assert (await shop.send("POST", "/customers/lookup", who=who)).ok()["id"] == who.customer
