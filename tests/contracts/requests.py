"""Well-formed requests about things that no shop knows."""

from typing import Any

UNKNOWN = "unknown-0000"

_RETURN = {
    "order_id": UNKNOWN,
    "lines": [{"line_id": UNKNOWN, "quantity": 1, "reason": UNKNOWN}],
    "resolution": "refund",
    "method": UNKNOWN,
}
_BODIES: dict[str, Any] = {
    "startVerification": {"order_number": UNKNOWN, "email": "nobody@example.com"},
    "cancelOrder": {"reason": ""},
    "changeAddress": {"address": {"name": "Nobody", "line1": "1 Nowhere", "city": "Dublin", "country": "IE"}},
    "quoteReturn": _RETURN,
    "createReturn": _RETURN,
    "requestRefund": {
        "order_id": UNKNOWN,
        "line_id": UNKNOWN,
        "quantity": 1,
        "reason": UNKNOWN,
        "method": "original_payment",
    },
    "redeemReward": {"reward_id": UNKNOWN},
}


def sample_body(operation_id: str) -> Any:
    """None for an operation that takes none, or an empty object."""
    return _BODIES.get(operation_id)
