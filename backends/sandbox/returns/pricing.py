"""What a return is worth. Pure arithmetic in minor units; the shop's rules come from the policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from backends.models import Charge, Money, Resolution
from backends.sandbox.orders.lines import Line
from backends.sandbox.policies.rules import Policy, ReasonRule
from backends.sandbox.rounding import percent_of


@dataclass(frozen=True, slots=True)
class Pick:
    line: Line
    quantity: int
    reason: ReasonRule

    @property
    def price(self) -> int:
        return self.line.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Price:
    """`breakdown` adds up to `total`; `bonus` is the part of it that is given on top; `goods` what the items cost."""

    total: int
    bonus: int
    goods: int
    breakdown: tuple[Charge, ...]


def price_return(
    policy: Policy, currency: str, picks: Sequence[Pick], *, resolution: Resolution, method: str, refundable: int
) -> Price:
    """`refundable`: what of the order's captured money is neither paid back nor promised."""
    goods = sum(pick.price for pick in picks)
    charges = [(f"{pick.quantity} x {pick.line.title}", pick.price) for pick in picks]
    if resolution is Resolution.EXCHANGE:
        charges.append(("Sent again in an exchange", -goods))
        return _price(charges, 0, goods, currency)
    for pick in picks:
        if policy.category(pick.line.category).restocking_fee and not pick.reason.our_fault:
            fee = percent_of(pick.price, policy.restocking_fee_percent)
            charges.append((f"Restocking fee {policy.restocking_fee_percent} %: {pick.line.title}", -fee))
    if resolution is Resolution.REFUND and not any(pick.reason.our_fault for pick in picks):
        label_fee = min(policy.method_fee(method, currency), _sum(charges))
        charges.append(("Return label", -label_fee))
    charges.append(("Paid back before", min(0, refundable - _sum(charges))))
    bonus = percent_of(_sum(charges), policy.store_credit_bonus_percent) if resolution is Resolution.STORE_CREDIT else 0
    charges.append((f"Store credit bonus {policy.store_credit_bonus_percent} %", bonus))
    return _price(charges, bonus, goods, currency)


def _sum(charges: list[tuple[str, int]]) -> int:
    return sum(amount for _, amount in charges)


def _price(charges: list[tuple[str, int]], bonus: int, goods: int, currency: str) -> Price:
    shown = tuple(Charge(label, Money(amount, currency)) for label, amount in charges if amount)
    return Price(_sum(charges), bonus, goods, shown)
