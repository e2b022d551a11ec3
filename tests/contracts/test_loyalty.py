import asyncio
import uuid
from typing import Any

from tests.contracts.requests import UNKNOWN
from tests.contracts.shop import Shop, Who
from tests.contracts.world import World


async def accounts(shop: Shop, world: World) -> list[tuple[Who, Any]]:
    replies = [(who, await shop.get("/loyalty/account", who)) for who in world.customers]
    return [(who, reply.json) for who, reply in replies if reply.status == 200] or world.missing("a loyalty account")


async def spender(shop: Shop, world: World) -> tuple[Who, Any, Any]:
    """A customer, the account, and the cheapest reward that is affordable."""
    for who, account in await accounts(shop, world):
        rewards = [reward for reward in await shop.all("/loyalty/rewards", who) if reward["affordable"]]
        if rewards:
            return who, account, min(rewards, key=lambda reward: reward["points"])
    return world.missing("enough points for a reward")


async def test_an_account_is_its_customers_and_adds_up(shop: Shop, world: World) -> None:
    for who, account in await accounts(shop, world):
        assert account["customer_id"] == who.customer
        assert sum(bucket["points"] for bucket in account["expiring"]) <= max(0, account["available"])
        assert [bucket["on"] for bucket in account["expiring"]] == sorted(
            bucket["on"] for bucket in account["expiring"]
        )
        if account["expiring"]:
            assert account["next_expiration"] == account["expiring"][0]
        tier = account["tier"]
        if tier and tier["next_name"]:
            assert tier["progress"] + tier["missing"] == tier["required"]


async def test_somebody_without_an_account_has_none(shop: Shop) -> None:
    assert (await shop.get("/loyalty/account", Who(UNKNOWN))).code == "not_found"


async def test_affordable_is_what_the_balance_pays_for(shop: Shop, world: World) -> None:
    for who, account in (await accounts(shop, world))[:5]:
        for reward in await shop.all("/loyalty/rewards", who):
            assert reward["affordable"] == (reward["points"] <= account["available"])


async def test_a_dry_run_tells_and_changes_nothing(shop: Shop, world: World) -> None:
    who, account, reward = await spender(shop, world)
    ledger = await shop.all("/loyalty/transactions", who)
    reply = await shop.post("/loyalty/redemptions", who, {"reward_id": reward["id"], "dry_run": True})
    told = reply.ok()
    assert reply.status == 200
    assert (told["id"], told["voucher"]) == (None, None)
    assert (told["points"], told["balance_after"]) == (reward["points"], account["available"] - reward["points"])
    assert (await shop.get("/loyalty/account", who)).ok() == account
    assert await shop.all("/loyalty/transactions", who) == ledger


async def test_a_redemption_costs_its_points_once(shop: Shop, world: World) -> None:
    who, account, reward = await spender(shop, world)
    ledger = await shop.all("/loyalty/transactions", who)
    body, key = {"reward_id": reward["id"]}, str(uuid.uuid4())
    first = await shop.post("/loyalty/redemptions", who, body, key=key)
    assert first.status == 201
    assert first.json["id"]
    again = await shop.post("/loyalty/redemptions", who, body, key=key)
    assert again.ok() == first.json
    after = (await shop.get("/loyalty/account", who)).ok()
    assert after["available"] == first.json["balance_after"] == account["available"] - reward["points"]
    newest, *rest = await shop.all("/loyalty/transactions", who)
    assert (newest["kind"], newest["points"]) == ("redeemed", -reward["points"])
    assert rest == ledger
    if first.json["voucher"]:
        assert first.json["voucher"]["code"] in {voucher["code"] for voucher in after["vouchers"]}


async def test_a_dry_run_and_the_real_thing_do_not_share_a_key(shop: Shop, world: World) -> None:
    who, account, reward = await spender(shop, world)
    key = str(uuid.uuid4())
    (await shop.post("/loyalty/redemptions", who, {"reward_id": reward["id"], "dry_run": True}, key=key)).ok()
    reply = await shop.post("/loyalty/redemptions", who, {"reward_id": reward["id"], "dry_run": False}, key=key)
    assert reply.code == "idempotency_key_reused"
    assert (await shop.get("/loyalty/account", who)).ok() == account


async def test_redeeming_all_at_once_never_overdraws(shop: Shop, world: World) -> None:
    who, account, reward = await spender(shop, world)
    at_once = 6
    replies = await asyncio.gather(
        *(shop.post("/loyalty/redemptions", who, {"reward_id": reward["id"]}) for _ in range(at_once))
    )
    paid = sum(not reply.code for reply in replies)
    assert paid == min(at_once, account["available"] // reward["points"])
    after = (await shop.get("/loyalty/account", who)).ok()
    assert after["available"] == account["available"] - paid * reward["points"] >= 0


async def too_dear(shop: Shop, world: World) -> tuple[Who, Any, Any]:
    for who, account in await accounts(shop, world):
        for reward in await shop.all("/loyalty/rewards", who):
            if not reward["affordable"]:
                return who, account, reward
    return world.missing("a reward that is too dear")


async def test_too_few_points_are_told_with_both_numbers(shop: Shop, world: World) -> None:
    who, account, dear = await too_dear(shop, world)
    for dry_run in (True, False):
        reply = await shop.post("/loyalty/redemptions", who, {"reward_id": dear["id"], "dry_run": dry_run})
        assert (reply.status, reply.code) == (422, "insufficient_points")
        assert (reply.json["available"], reply.json["required"]) == (account["available"], dear["points"])
    assert (await shop.get("/loyalty/account", who)).ok() == account


async def test_an_unknown_reward_is_not_found(shop: Shop, world: World) -> None:
    ((who, _), *_) = await accounts(shop, world)
    assert (await shop.post("/loyalty/redemptions", who, {"reward_id": UNKNOWN})).code == "not_found"
