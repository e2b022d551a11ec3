"""The rules for paying back without anything coming back."""

from dataclasses import dataclass
from datetime import date, timedelta

from backends.models import RefundStatus
from backends.sandbox.orders.lines import Line
from backends.sandbox.orders.repository import OrderRow
from backends.sandbox.policies.rules import Policy
from backends.sandbox.problems import already_refunded, invalid, not_returnable, quantity_exceeded, window_expired


@dataclass(frozen=True, slots=True)
class Claim:
    """What is paid back, in minor units of the order's currency."""

    amount: int
    label: str
    status: RefundStatus


def shipping_claim(policy: Policy, order: OrderRow, reason: str) -> Claim:
    _known(policy, reason)
    if reason not in policy.refund_without_return.shipping_reasons:
        raise not_returnable("reason")
    if order.shipping == 0:
        raise not_returnable("nothing_paid")
    return Claim(order.shipping, "Shipping", _decide(policy, order.currency, order.shipping, "person"))


def line_claim(policy: Policy, order: OrderRow, line: Line, *, quantity: int, reason: str, today: date) -> Claim:
    """Raises Problem with the rule that says no."""
    _known(policy, reason)
    if line.fulfilled == 0:
        raise not_returnable("not_delivered")
    left = line.fulfilled - line.returned - line.refunded
    if quantity > left:
        raise already_refunded() if line.returned + line.refunded else quantity_exceeded(left)
    if line.delivered_at is not None:
        deadline = line.delivered_at.date() + timedelta(days=policy.default_window_days)
        if today > deadline:
            raise window_expired(deadline, policy.default_window_days)
    dearer = policy.refund_without_return.reasons.get(reason)
    if dearer is None:
        raise not_returnable("return_required")
    amount = line.unit_price * quantity
    label = f"{quantity} x {line.title}"
    return Claim(amount, label, _decide(policy, order.currency, amount, dearer))


def _known(policy: Policy, reason: str) -> None:
    if reason not in policy.return_reasons:
        raise invalid(reason="unknown")


def _decide(policy: Policy, currency: str, amount: int, dearer: str) -> RefundStatus:
    """Small amounts at once, large ones by a person; in between the thing comes back, if there is a thing."""
    rule = policy.refund_without_return
    if amount <= rule.up_to.get(currency, 0):
        return RefundStatus.PENDING
    if dearer == "person" or amount > rule.approval_above.get(currency, 0):
        return RefundStatus.NEEDS_APPROVAL
    raise not_returnable("return_required")
