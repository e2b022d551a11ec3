import asyncio
from typing import Any

import pytest

from tests.sandbox.client import ShopClient, return_body


async def register(shop: ShopClient, who: str, order: str, *lines: tuple[int, int, str], **changes: Any) -> Any:
    made = await shop.post("/returns", who, return_body(order, *lines, **changes))
    assert made.status_code == 201, made.text
    return made.json()


async def test_of_six_simultaneous_returns_of_one_unit_one_wins(shop: ShopClient) -> None:
    body = return_body("100241", (1, 1, "too_small"))
    answers = await asyncio.gather(*(shop.post("/returns", "cus_liam", body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422, 422]
    refused = [answer.json() for answer in answers if answer.status_code == 422]
    assert {problem["code"] for problem in refused} == {"quantity_exceeded"}
    assert len(await shop.rows("SELECT 1 FROM return_lines WHERE line_id = 'ln_100241_1'")) == 1


async def test_a_return_and_a_refund_of_the_same_unit_at_once_pay_once(shop: ShopClient) -> None:
    refund = {"order_id": "ord_100179", "line_id": "ln_100179_1", "quantity": 3, "reason": "damaged"}
    answers = await asyncio.gather(
        shop.post("/returns", "cus_liam", return_body("100179", (1, 1, "damaged"))),
        shop.post("/refunds", "cus_liam", refund | {"quantity": 1, "method": "original_payment"}),
        shop.post("/returns", "cus_liam", return_body("100179", (1, 3, "damaged"))),
    )
    units = 0
    for answer, quantity in zip(answers, (1, 1, 3), strict=True):
        units += quantity if answer.is_success else 0
    assert 1 <= units <= 3


async def test_a_parcel_on_its_way_becomes_a_refund(shop: ShopClient) -> None:
    made = await register(shop, "cus_liam", "100241", (1, 1, "too_small"))
    assert (made["status"], made["refund_status"]) == ("awaiting_items", None)
    seen = []
    for _ in range(3):
        answer = await shop.internal(f"/shop/returns/{made['number']}/advance")
        seen.append((answer.json()["status"], answer.json()["refund_status"]))
    assert seen == [("in_transit", None), ("received", "pending"), ("closed", "processed")]
    assert (await shop.internal(f"/shop/returns/{made['number']}/advance")).status_code == 409
    (refund,) = (await shop.get("/refunds?order_id=ord_100241", "cus_liam")).json()["items"]
    assert refund["amount"] == made["refund_total"]
    assert sum(item["amount"]["amount"] for item in refund["items"]) == refund["amount"]["amount"]
    assert (await shop.get("/loyalty/account", "cus_liam")).json()["pending"] == 111 - 75


async def test_a_received_unit_is_not_returned_again(shop: ShopClient) -> None:
    made = await register(shop, "cus_liam", "100241", (1, 1, "too_small"))
    for _ in range(3):
        await shop.internal(f"/shop/returns/{made['number']}/advance")
    again = await shop.post("/returns", "cus_liam", return_body("100241", (1, 1, "too_small")))
    assert (again.status_code, again.json()["code"]) == (422, "quantity_exceeded")


async def test_store_credit_comes_with_its_bonus_once_the_return_is_closed(shop: ShopClient) -> None:
    before = (await shop.get("/loyalty/account", "cus_jack")).json()["store_credit"]["amount"]
    made = await register(shop, "cus_jack", "100231", (2, 2, "changed_mind"), resolution="store_credit")
    assert made["refund_total"]["amount"] == 2625
    for _ in range(3):
        await shop.internal(f"/shop/returns/{made['number']}/advance")
    after = (await shop.get("/loyalty/account", "cus_jack")).json()["store_credit"]["amount"]
    assert after == before + 2625


async def test_an_exchange_pays_nothing(shop: ShopClient) -> None:
    made = await register(shop, "cus_liam", "100241", (1, 1, "too_small"), resolution="exchange")
    for _ in range(3):
        last = await shop.internal(f"/shop/returns/{made['number']}/advance")
    assert (last.json()["status"], last.json()["refund_status"]) == ("closed", None)
    assert (await shop.get("/refunds?order_id=ord_100241", "cus_liam")).json()["items"] == []


async def test_a_cancelled_return_gives_its_units_back(shop: ShopClient) -> None:
    made = await register(shop, "cus_liam", "100241", (1, 1, "too_small"))
    assert (await shop.post(f"/returns/{made['id']}/cancel", "cus_liam")).json()["status"] == "cancelled"
    assert (await shop.post(f"/returns/{made['id']}/cancel", "cus_liam")).json()["code"] == "conflict"
    await register(shop, "cus_liam", "100241", (1, 1, "too_small"))


async def test_the_label_is_served_to_whoever_has_its_address_only(shop: ShopClient) -> None:
    made = await register(shop, "cus_liam", "100241", (1, 1, "too_small"))
    page = await shop.http.get(made["label_url"])
    assert page.status_code == 200
    assert made["number"] in page.text
    assert "Liam Walsh" in page.text
    assert (await shop.http.get(f"http://shop/labels/{made['number']}/guess")).status_code == 404


async def test_a_code_to_show_takes_the_place_of_the_label(shop: ShopClient) -> None:
    made = await register(shop, "cus_liam", "100241", (1, 1, "too_small"), method="code")
    assert made["label_url"] is None
    page = await shop.http.get(made["code_url"])
    assert "Show this page" in page.text
    assert made["number"] in page.text


async def test_a_requested_return_can_be_declined(shop: ShopClient) -> None:
    declined = await shop.internal("/shop/returns/RT-200021/advance", {"decline": "Used."})
    assert (declined.json()["status"], declined.json()["decline_reason"]) == ("declined", "Used.")
    items = (await shop.get("/orders/ord_100219/returnable-items", "cus_aoife")).json()["items"]
    assert items[0]["quantity"] == 1


@pytest.mark.parametrize("path", ["/shop/returns/RT-200021/advance", "/shop/faults", "/shop/token"])
async def test_the_hand_of_fate_needs_the_internal_secret(shop: ShopClient, path: str) -> None:
    assert (await shop.http.post(path, json={})).status_code == 401
