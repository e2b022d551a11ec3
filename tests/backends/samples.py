"""Answers of a healthy shop, as JSON."""

from typing import Any

from backends.models import Caller, Resolution, ReturnLine, ReturnRequest

EMMA = Caller("assertion-of-emma")

POLICIES: dict[str, Any] = {
    "default_window_days": 30,
    "categories": [{"category": "underwear", "window_days": 0, "returnable": False, "reason": "hygiene"}],
    "restocking_fee_percent": 10,
    "label_fee": {"amount": 395, "currency": "EUR"},
    "store_credit_bonus_percent": 5,
    "refund_days": 7,
    "refund_without_return_up_to": {"amount": 1500, "currency": "EUR"},
    "refund_approval_above": {"amount": 7500, "currency": "EUR"},
    "facts": {"return_window": "30 days"},
}

ORDER: dict[str, Any] = {
    "id": "o1",
    "number": "JL-100234",
    "customer_id": "c1",
    "status": "delivered",
    "placed_at": "2026-01-02T10:00:00+00:00",
    "total": {"amount": 1999, "currency": "EUR"},
    "lines": [
        {
            "id": "l1",
            "sku": "SKU-1",
            "title": "Linen shirt",
            "variant": "M",
            "category": "clothing",
            "quantity": 1,
            "fulfilled": 1,
            "returned": 0,
            "returnable": 1,
            "unit_price": {"amount": 1999, "currency": "EUR"},
        }
    ],
}

RETURN: dict[str, Any] = {
    "id": "r1",
    "number": "RT-200017",
    "order_id": "o1",
    "order_number": "JL-100234",
    "status": "awaiting_items",
    "resolution": "refund",
    "lines": [{"line_id": "l1", "quantity": 1, "reason": "too_small"}],
    "method": "label",
    "created_at": "2026-01-12T10:00:00Z",
}

RETURN_REQUEST = ReturnRequest(
    order_id="o1", lines=(ReturnLine("l1", 1, "too_small"),), resolution=Resolution.REFUND, method="label"
)


def page(*items: dict[str, Any], next_cursor: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": next_cursor}
