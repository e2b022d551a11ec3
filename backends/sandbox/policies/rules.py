"""The shop's policy as typed data, read from policy.yaml: what decides or quotes a rule takes it from here."""

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from backends.models import BlockedReason, Place, ReasonCode

POLICY_FILE = Path(__file__).with_name("policy.yaml")

Percent = int
Amounts = dict[str, int]  # currency → minor units


class Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CategoryRule(Rule):
    window_days: int = Field(ge=0)
    blocked: BlockedReason | None = None
    restocking_fee: bool = False


class ReasonRule(Rule):
    title: str
    categories: tuple[str, ...] = ()
    our_fault: bool = False
    nothing_to_return: bool = False
    code: ReasonCode | None = None


class MethodRule(Rule):
    title: str
    fee: bool = False
    places: tuple[Place, ...] = ()


class ReturnlessRule(Rule):
    """`reasons`: above `up_to` the thing must come back (`return`) or a person decides (`person`)."""

    up_to: Amounts
    approval_above: Amounts
    reasons: dict[str, Literal["return", "person"]]
    shipping_reasons: tuple[str, ...]


class ShippingRule(Rule):
    free_from: int
    standard: int
    express: int
    # ISO 3166-1 alpha-2 → a pattern that its postal codes match, in capitals with single spaces.
    countries: dict[str, str]


class TierRule(Rule):
    name: str
    from_: int = Field(alias="from")
    benefits: tuple[str, ...]


class RewardRule(Rule):
    title: str
    points: int = Field(gt=0)
    value: int | None = None
    description: str = ""


class LoyaltyRule(Rule):
    programme: str
    points_per_unit: int
    block_points: int
    block_value: int
    pending_days: int
    expiry_months: int
    tier_months: int
    tiers: tuple[TierRule, ...]
    cashback_percent: Percent
    birthday_voucher_percent: Percent
    voucher_days: int
    rewards: dict[str, RewardRule]


class Policy(Rule):
    home_currency: str
    default_window_days: int
    sale_window_days: int
    categories: dict[str, CategoryRule]
    restocking_fee_percent: Percent
    label_fee: Amounts
    store_credit_bonus_percent: Percent
    refund_days: int
    send_by_days: int
    quote_minutes: int
    return_reasons: dict[str, ReasonRule]
    methods: dict[str, MethodRule]
    refund_without_return: ReturnlessRule
    shipping: ShippingRule
    gift_wrap_fee: int
    loyalty: LoyaltyRule

    def category(self, name: str) -> CategoryRule:
        return self.categories.get(name) or CategoryRule(window_days=self.default_window_days)

    def window_days(self, category: str, *, sale: bool) -> int:
        """The shorter of both windows where an item is on sale."""
        window = self.category(category).window_days
        return min(window, self.sale_window_days) if sale else window

    def method_fee(self, method: str, currency: str) -> int:
        return self.label_fee.get(currency, 0) if self.methods[method].fee else 0


@cache
def load_policy() -> Policy:
    return Policy.model_validate(yaml.safe_load(POLICY_FILE.read_text(encoding="utf-8")))
