from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backends.models import BlockedReason, Money, OrderLine, Resolution, ReturnableItem
from backends.sandbox.policies.rules import Policy
from backends.sandbox.seed.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order with its units counted: shipped, delivered, in live returns, paid back without a return."""

    id: str
    order_id: str
    position: int
    sku: str
    title: str
    variant: str
    category: str
    quantity: int
    fulfilled: int
    unit_price: int
    sale: bool
    final_sale: bool
    personalised: bool
    delivered: int
    delivered_at: datetime | None
    returned: int
    refunded: int

    @property
    def left(self) -> int:
        """Units that the customer has and that were neither returned nor paid back."""
        return max(0, self.delivered - self.returned - self.refunded)

    def window_days(self, policy: Policy) -> int:
        return policy.window_days(self.category, sale=self.sale)

    def deadline(self, policy: Policy) -> date | None:
        if self.delivered_at is None:
            return None
        return self.delivered_at.date() + timedelta(days=self.window_days(policy))

    def blocked(self, policy: Policy, today: date) -> BlockedReason | None:
        """Why no unit can be returned; what the item is comes before what happened to it."""
        by_category = policy.category(self.category).blocked
        deadline = self.deadline(policy)
        checks = [
            (self.final_sale, BlockedReason.FINAL_SALE),
            (self.personalised, BlockedReason.PERSONALISED),
            (by_category is not None, by_category),
            (self.delivered == 0, BlockedReason.NOT_DELIVERED),
            (self.returned >= self.delivered, BlockedReason.ALREADY_RETURNED),
            (self.left == 0, BlockedReason.OTHER),
            (deadline is not None and today > deadline, BlockedReason.WINDOW_EXPIRED),
        ]
        return next((reason for applies, reason in checks if applies), None)

    def resolutions(self) -> tuple[Resolution, ...]:
        either = (Resolution.STORE_CREDIT, Resolution.EXCHANGE)
        return either if self.sale else (Resolution.REFUND, *either)

    def as_order_line(self, currency: str) -> OrderLine:
        return OrderLine(
            id=self.id,
            sku=self.sku,
            title=self.title,
            variant=self.variant,
            category=self.category,
            quantity=self.quantity,
            fulfilled=self.fulfilled,
            returned=self.returned,
            returnable=max(0, self.fulfilled - self.returned),
            unit_price=Money(self.unit_price, currency),
            final_sale=self.final_sale,
        )

    def as_returnable(self, policy: Policy, today: date, currency: str) -> ReturnableItem:
        blocked = self.blocked(policy, today)
        never = policy.category(self.category).blocked is not None or self.final_sale or self.personalised
        return ReturnableItem(
            line_id=self.id,
            title=self.title,
            variant=self.variant,
            quantity=0 if blocked else self.left,
            unit_price=Money(self.unit_price, currency),
            deadline=None if never else self.deadline(policy),
            blocked=blocked,
            window_days=None if never else self.window_days(policy),
            resolutions=() if blocked else self.resolutions(),
            variants=() if self.personalised else CATALOGUE[self.sku].in_stock_beside(self.variant),
        )
