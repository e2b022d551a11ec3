"""What the FAQ shows is what the rules enforce."""

import re
from typing import Any

from backends.models import Money
from backends.money import format_money
from tests.contracts.shop import Shop
from tests.contracts.world import World


async def test_facts_that_are_money_say_the_amount_that_is_enforced(shop: Shop) -> None:
    policies = (await shop.get("/policies")).ok()
    for name in ("label_fee", "refund_without_return_up_to"):
        if name in policies["facts"]:
            assert policies["facts"][name] == format_money(Money(**policies[name]))


async def test_facts_that_are_numbers_say_the_number_that_is_enforced(shop: Shop) -> None:
    policies = (await shop.get("/policies")).ok()
    numbers = {
        "return_window": "default_window_days",
        "restocking_fee": "restocking_fee_percent",
        "store_credit_bonus": "store_credit_bonus_percent",
        "refund_days": "refund_days",
    }
    for fact, member in numbers.items():
        if fact in policies["facts"]:
            assert re.findall(r"\d+", policies["facts"][fact]) == [str(policies[member])], fact


async def test_windows_of_the_policy_are_those_of_the_lines(shop: Shop, world: World) -> None:
    policies = (await shop.get("/policies")).ok()
    windows: dict[str, Any] = {each["category"]: each for each in policies["categories"]}
    for _, order, items in await world.everything():
        for line, item in zip(order["lines"], items, strict=True):
            rule = windows.get(line["category"], {"window_days": policies["default_window_days"]})
            if not rule.get("returnable", True):
                assert item["quantity"] == 0
                assert item["blocked"] not in {None, "window_expired"}
            elif item["quantity"]:
                # A rule of the single line, such as a sale, may shorten the window, never lengthen it.
                assert item["window_days"] <= rule["window_days"]


async def test_final_sale_is_final(world: World) -> None:
    for _, order, items in await world.everything():
        final = {line["id"] for line in order["lines"] if line.get("final_sale")}
        assert all(item["quantity"] == 0 for item in items if item["line_id"] in final)


async def test_reasons_have_titles_and_ids_of_their_own(shop: Shop) -> None:
    reasons = await shop.all("/return-reasons")
    assert len({reason["id"] for reason in reasons}) == len(reasons)
    assert all(reason["title"].strip() for reason in reasons)
