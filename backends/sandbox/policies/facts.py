"""What the FAQ's placeholders show: each text is made of the rule that the shop enforces."""

from backends.models import CategoryPolicy, Money, Policies
from backends.money import format_money
from backends.sandbox.policies.rules import Policy


def facts(policy: Policy) -> dict[str, str]:
    def money(amount: int) -> str:
        return format_money(Money(amount, policy.home_currency))

    loyalty = policy.loyalty
    thresholds = {tier.name: tier.from_ for tier in loyalty.tiers}
    return {
        "return_window": _days(policy.default_window_days),
        "return_window_days": str(policy.default_window_days),
        "appliance_window": _days(policy.category("appliances").window_days),
        "sale_window": _days(policy.sale_window_days),
        "restocking_fee": f"{policy.restocking_fee_percent} %",
        "label_fee": money(policy.label_fee[policy.home_currency]),
        "store_credit_bonus": f"{policy.store_credit_bonus_percent} %",
        "refund_days": _days(policy.refund_days),
        "refund_without_return_up_to": money(policy.refund_without_return.up_to[policy.home_currency]),
        "free_shipping_from": money(policy.shipping.free_from),
        "standard_shipping": money(policy.shipping.standard),
        "express_shipping": money(policy.shipping.express),
        "send_by_days": _days(policy.send_by_days),
        "points_per_euro": _plural(loyalty.points_per_unit, "point"),
        "points_value": f"{_plural(loyalty.block_points, 'point')} = {money(loyalty.block_value)}",
        "points_pending_days": _days(loyalty.pending_days),
        "points_expiry_months": _plural(loyalty.expiry_months, "month"),
        "leaf_threshold": money(thresholds["Leaf"]),
        "grove_threshold": money(thresholds["Grove"]),
        "cashback_rate": f"{loyalty.cashback_percent} %",
        "birthday_voucher": f"{loyalty.birthday_voucher_percent} %",
        "gift_wrap_fee": money(policy.gift_wrap_fee),
    }


def published(policy: Policy) -> Policies:
    home = policy.home_currency
    return Policies(
        default_window_days=policy.default_window_days,
        categories=tuple(
            CategoryPolicy(name, rule.window_days, rule.blocked is None, rule.blocked)
            for name, rule in policy.categories.items()
        ),
        restocking_fee_percent=policy.restocking_fee_percent,
        label_fee=Money(policy.label_fee[home], home),
        store_credit_bonus_percent=policy.store_credit_bonus_percent,
        refund_days=policy.refund_days,
        refund_without_return_up_to=Money(policy.refund_without_return.up_to[home], home),
        refund_approval_above=Money(policy.refund_without_return.approval_above[home], home),
        facts=facts(policy),
    )


def _days(number: int) -> str:
    return _plural(number, "day")


def _plural(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
