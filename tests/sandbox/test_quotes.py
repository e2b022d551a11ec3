from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.client import ShopClient, return_body
from tests.sandbox.conftest import Clock


async def quote(shop: ShopClient, who: str, order: str, body: dict[str, Any]) -> Any:
    answer = await shop.post(f"/orders/ord_{order}/return-quote", who, body)
    assert answer.status_code == 200, answer.text
    assert (
        sum(charge["amount"]["amount"] for charge in answer.json()["breakdown"])
        == (answer.json()["refund_total"]["amount"])
    )
    return answer.json()


@pytest.mark.parametrize(
    ("who", "order", "lines", "changes", "total"),
    [
        ("cus_liam", "100241", [(1, 1, "too_small")], {}, 7500 - 395),
        ("cus_liam", "100241", [(1, 1, "too_small"), (2, 2, "changed_mind")], {}, 7500 + 2400 - 395),
        ("cus_liam", "100241", [(1, 1, "too_small")], {"method": "store"}, 7500),
        ("cus_liam", "100241", [(1, 1, "wrong_item")], {}, 7500),
        ("cus_liam", "100241", [(1, 1, "too_small")], {"resolution": "store_credit"}, 7875),
        ("cus_liam", "100241", [(1, 1, "too_small")], {"resolution": "exchange"}, 0),
        ("cus_henry", "100222", [(1, 1, "changed_mind")], {}, 54900 - 5490 - 395),
        ("cus_henry", "100222", [(1, 1, "damaged")], {}, 54900),
        ("cus_henry", "100222", [(1, 1, "changed_mind")], {"resolution": "store_credit"}, 51881),  # 49410 + 2470.5
        ("cus_yuki", "100217", [(2, 1, "changed_mind")], {}, 2200 - 600),
        ("cus_fatima", "100218", [(2, 1, "too_small")], {}, 22900 - 1300),
    ],
)
async def test_a_return_is_worth_its_items_less_fees_plus_bonus(
    shop: ShopClient, *, who: str, order: str, lines: list[tuple[int, int, str]], changes: dict[str, str], total: int
) -> None:
    shown = await quote(shop, who, order, return_body(order, *lines, **changes))
    assert shown["refund_total"]["amount"] == total


async def test_the_return_is_worth_what_the_quote_said(shop: ShopClient) -> None:
    body = return_body("100241", (1, 1, "too_small"))
    shown = await quote(shop, "cus_liam", "100241", body)
    made = await shop.post("/returns", "cus_liam", body | {"quote_id": shown["id"]})
    assert made.status_code == 201
    assert made.json()["refund_total"] == shown["refund_total"]
    again = await shop.post("/returns", "cus_liam", body | {"quote_id": shown["id"]})
    assert (again.status_code, again.json()["reason"]) == (409, "quote_used")


async def test_a_quote_holds_for_half_an_hour(shop: ShopClient, clock: Clock) -> None:
    body = return_body("100241", (1, 1, "too_small"))
    shown = await quote(shop, "cus_liam", "100241", body)
    clock.ahead = timedelta(minutes=31)
    late = await shop.post("/returns", "cus_liam", body | {"quote_id": shown["id"]})
    assert (late.status_code, late.json()["reason"]) == (409, "quote_expired")


async def test_a_quote_of_other_lines_or_of_somebody_else_binds_nothing(shop: ShopClient) -> None:
    body = return_body("100241", (1, 1, "too_small"))
    shown = await quote(shop, "cus_liam", "100241", body)
    other = return_body("100241", (2, 1, "changed_mind"), quote_id=shown["id"])
    assert (await shop.post("/returns", "cus_liam", other)).json()["reason"] == "quote_mismatch"
    stolen = return_body("100187", (2, 1, "changed_mind"), quote_id=shown["id"])
    assert (await shop.post("/returns", "cus_emma", stolen)).json()["reason"] == "quote_unknown"


async def test_points_and_tier_that_a_return_costs_are_told_before(shop: ShopClient) -> None:
    shown = await quote(shop, "cus_liam", "100241", return_body("100241", (1, 1, "too_small")))
    assert (shown["points_effect"], shown["tier_after"]) == (-75, None)
    grove = (await shop.get("/loyalty/account", "cus_olivia")).json()["tier"]
    assert grove["name"] == "Grove"
    swap = await quote(shop, "cus_liam", "100241", return_body("100241", (1, 1, "too_small"), resolution="exchange"))
    assert swap["points_effect"] == 0
