"""A guest proves to own an order. The one-time code is the gateway's; the shop says whom it belongs to."""

import uuid
from datetime import UTC, datetime

from tests.contracts.requests import UNKNOWN
from tests.contracts.shop import Shop, as_guest
from tests.contracts.world import World


async def test_number_and_address_that_belong_together_make_a_guest(shop: Shop, world: World) -> None:
    ((who, order),) = await world.owners(1)
    email = (await shop.post("/customers/lookup", who)).ok()["email"]
    key = str(uuid.uuid4())
    wanted = {"order_number": order["number"].lower(), "email": f" {email.upper()} ".strip()}
    started = (await shop.post("/verifications", None, wanted, key=key)).ok()
    assert started["deliverable"]
    assert started["email"].lower() == email.lower()
    assert datetime.fromisoformat(started["expires_at"]) > datetime.now(UTC)
    assert (await shop.post("/verifications", None, wanted, key=key)).ok() == started

    confirmed = (await shop.post(f"/verifications/{started['id']}/confirm")).ok()
    assert (confirmed["customer_id"], confirmed["order_id"]) == (who.customer, order["id"])
    guest = as_guest(who, confirmed["order_id"])
    assert (await shop.get(f"/orders/{order['number']}", guest)).ok()["id"] == order["id"]


async def test_a_wrong_pair_looks_the_same_and_leads_nowhere(shop: Shop, world: World) -> None:
    (one, order), (other, _) = await world.owners(2)
    mine = (await shop.post("/customers/lookup", one)).ok()["email"]
    theirs = (await shop.post("/customers/lookup", other)).ok()["email"]
    right = await shop.post("/verifications", None, {"order_number": order["number"], "email": mine})
    for number, email in ((order["number"], theirs), (UNKNOWN, mine), (UNKNOWN, "nobody@example.com")):
        wrong = await shop.post("/verifications", None, {"order_number": number, "email": email})
        assert wrong.status == right.status
        assert wrong.ok().keys() == right.ok().keys()
        assert not wrong.json["deliverable"]
        assert (await shop.post(f"/verifications/{wrong.json['id']}/confirm")).code == "not_found"


async def test_an_unknown_verification_is_not_found(shop: Shop) -> None:
    assert (await shop.post(f"/verifications/{UNKNOWN}/confirm")).code == "not_found"


async def test_a_verification_needs_both_parts(shop: Shop) -> None:
    for body in ({"order_number": "1"}, {"email": "a@example.com"}, {}, {"order_number": 1, "email": None}):
        reply = await shop.post("/verifications", None, body)
        assert (reply.status, reply.code) == (422, "invalid_request")
