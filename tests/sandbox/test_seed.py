"""The sample customers show every state that a conversation can be about."""

import re

from backends.models import OrderStatus, RefundStatus, ReturnStatus, ShipmentStatus
from backends.sandbox.policies.rules import load_policy
from backends.sandbox.seed.background import Background
from tests.sandbox.client import INTERNAL_SECRET, ShopClient

NAMED = "JOIN customers c ON c.id = x.customer_id WHERE c.reference IS NOT NULL"


async def test_every_status_is_there_among_the_named_customers(shop: ShopClient) -> None:
    for table, statuses in (("orders", OrderStatus), ("returns", ReturnStatus), ("refunds", RefundStatus)):
        rows = await shop.rows(f"SELECT DISTINCT status FROM {table} x {NAMED}")
        assert {row["status"] for row in rows} == {status.value for status in statuses}, table
    shipped = await shop.rows("SELECT DISTINCT status FROM shipments")
    assert {row["status"] for row in shipped} == {status.value for status in ShipmentStatus}


async def test_no_order_pays_back_more_than_was_captured(shop: ShopClient) -> None:
    rows = await shop.rows(
        "SELECT o.number FROM orders o JOIN refunds f ON f.order_id = o.id WHERE f.status <> 'failed'"
        " GROUP BY o.id HAVING sum(f.amount - f.bonus) > o.captured"
    )
    assert rows == []


async def test_the_customers_are_introduced_with_orders_of_the_documented_form(shop: ShopClient) -> None:
    answer = await shop.http.get("/shop/customers", headers={"X-Aftercare-Secret": INTERNAL_SECRET})
    people = {person["reference"]: person for person in answer.json()["items"]}
    assert len(people) >= 12
    assert all(person["interest"] for person in people.values())
    assert people["lena"]["orders"] == []
    assert "JL-100234" in people["emma"]["orders"]
    assert all(re.fullmatch(r"JL-\d{6}", number) for person in people.values() for number in person["orders"])


async def test_a_long_list_is_walked_once_without_gap_or_repetition(shop: ShopClient) -> None:
    seen, cursor = [], ""
    while True:
        page = (await shop.get(f"/orders?limit=7{cursor}", "cus_olivia")).json()
        seen += [order["number"] for order in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    owned = await shop.rows("SELECT number FROM orders WHERE customer_id = 'cus_olivia'")
    assert len(seen) == len(set(seen)) == len(owned) > 50


def test_the_background_is_the_same_for_the_same_number() -> None:
    def orders(seed: int) -> list[str]:
        return [person.model_dump_json() for person in Background(seed, load_policy()).people()]

    assert orders(7) == orders(7) != orders(8)
