"""What the FAQ quotes is what the shop enforces."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from backends.sandbox.policies.facts import facts
from backends.sandbox.policies.rules import load_policy
from tests.sandbox.client import ShopClient, return_body
from tests.sandbox.conftest import Clock

ENTRIES = Path(__file__).parents[2] / "faq" / "content" / "entries.jsonl"


def test_every_placeholder_of_the_faq_has_a_fact_and_every_fact_a_text() -> None:
    used = set(re.findall(r"\{\{ *([a-z_]+) *\}\}", ENTRIES.read_text(encoding="utf-8")))
    assert used <= facts(load_policy()).keys()
    assert all(facts(load_policy()).values())


def test_facts_read_like_this() -> None:
    shown = facts(load_policy())
    assert (shown["return_window"], shown["return_window_days"]) == ("30 days", "30")
    assert shown["label_fee"] == "€3.95"
    assert shown["store_credit_bonus"] == "5 %"
    assert shown["points_per_euro"] == "1 point"
    assert shown["points_value"] == "100 points = €5.00"


@pytest.mark.parametrize("fact", ["return_window", "appliance_window", "sale_window"])
async def test_the_last_day_of_a_quoted_window_is_the_last_day_of_the_rule(
    shop: ShopClient, clock: Clock, fact: str
) -> None:
    who, order, resolution = {
        "return_window": ("cus_liam", "100241", "refund"),
        "appliance_window": ("cus_henry", "100230", "refund"),
        "sale_window": ("cus_oscar", "100233", "store_credit"),
    }[fact]
    days = int((await shop.get("/policies")).json()["facts"][fact].split()[0])
    item = (await shop.get(f"/orders/ord_{order}/returnable-items", who)).json()["items"][0]
    delivered = date.fromisoformat(item["deadline"]) - timedelta(days=days)
    ordered = (await shop.get(f"/orders/ord_{order}", who)).json()
    assert ordered["shipments"][0]["delivered_at"].startswith(delivered.isoformat())
    today = clock().date()
    body = return_body(order, (1, 1, "changed_mind"), resolution=resolution)
    clock.ahead = timedelta(days=(date.fromisoformat(item["deadline"]) - today).days)
    assert (await shop.post(f"/orders/ord_{order}/return-quote", who, body)).status_code == 200
    clock.ahead += timedelta(days=1)
    late = await shop.post(f"/orders/ord_{order}/return-quote", who, body)
    assert (late.status_code, late.json()["code"]) == (422, "window_expired")
    assert (late.json()["deadline"], late.json()["window_days"]) == (item["deadline"], days)


@pytest.mark.parametrize(
    ("who", "order", "position", "reason"),
    [
        ("cus_oscar", "100233", 2, "final_sale"),
        ("cus_oscar", "100233", 3, "hygiene"),
        ("cus_oscar", "100233", 4, "hygiene"),
        ("cus_oscar", "100192", 2, "personalised"),
        ("cus_emma", "100234", 1, "not_delivered"),
        ("cus_oscar", "100233", 1, "resolution"),  # a sale item for money
    ],
)
async def test_what_the_rules_forbid_is_refused_with_the_rule(
    shop: ShopClient, who: str, order: str, position: int, reason: str
) -> None:
    refused = await shop.post("/returns", who, return_body(order, (position, 1, "changed_mind")))
    assert (refused.status_code, refused.json()["code"]) == (422, "not_returnable")
    assert refused.json()["reason"] == reason


async def test_a_reason_is_taken_for_its_categories_only(shop: ShopClient) -> None:
    refused = await shop.post("/returns", "cus_henry", return_body("100230", (1, 1, "too_small")))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert "reason" in refused.json()["field_errors"]
