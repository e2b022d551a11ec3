from datetime import date, timedelta

from backends.models import Tier
from backends.sandbox.loyalty.calendar import add_months
from backends.sandbox.policies.rules import LoyaltyRule, TierRule

Spending = list[tuple[date, int]]


def counted(rule: LoyaltyRule, spending: Spending, day: date) -> int:
    """What was spent within the programme's time before `day`, in minor units."""
    return max(0, sum(amount for at, amount in spending if at <= day < add_months(at, rule.tier_months)))


def reached(rule: LoyaltyRule, amount: int) -> TierRule:
    return max((tier for tier in rule.tiers if tier.from_ <= amount), key=lambda tier: tier.from_)


def standing(rule: LoyaltyRule, spending: Spending, today: date) -> Tier:
    amount = counted(rule, spending, today)
    tier = reached(rule, amount)
    higher = min((step for step in rule.tiers if step.from_ > amount), key=lambda step: step.from_, default=None)
    last = _lasts_until(rule, spending, today, tier)
    return Tier(
        name=tier.name,
        benefits=tier.benefits,
        valid_until=last,
        next_name=higher.name if higher else None,
        progress=amount if higher else None,
        required=higher.from_ if higher else None,
        missing=higher.from_ - amount if higher else None,
        keep=tier.from_ - counted(rule, spending, last + timedelta(days=1)) if last else None,
    )


def _lasts_until(rule: LoyaltyRule, spending: Spending, today: date, tier: TierRule) -> date | None:
    """The last day of the tier if nothing more is bought; None for the one that everybody has."""
    if tier.from_ == 0:
        return None
    ends = sorted(add_months(at, rule.tier_months) for at, _ in spending)
    falls = (day for day in ends if day > today and counted(rule, spending, day) < tier.from_)
    day = next(falls, None)
    return day - timedelta(days=1) if day else None
