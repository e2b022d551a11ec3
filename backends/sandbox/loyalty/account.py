from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from backends.models import ExpiringPoints, LoyaltyAccount, Money
from backends.sandbox.context import Moment
from backends.sandbox.loyalty import repository, tiers
from backends.sandbox.loyalty.repository import Lot
from common.database import Connection


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left in one unit. A debt makes `available` negative."""

    spendable: tuple[Lot, ...]
    waiting: tuple[Lot, ...]

    @classmethod
    async def read(cls, connection: Connection, customer_id: str, unit: str, moment: Moment) -> "Balance":
        lots = await repository.lots(connection, customer_id, unit, moment.today)
        waiting = tuple(lot for lot in lots if lot.is_pending(moment.now))
        return cls(tuple(lot for lot in lots if lot not in waiting), waiting)

    @property
    def available(self) -> int:
        return sum(lot.remaining for lot in self.spendable)

    @property
    def pending(self) -> int:
        return sum(lot.remaining for lot in self.waiting)

    @property
    def pending_until(self) -> date | None:
        """The day on which all of them can be spent; None while that is not known, as before a delivery."""
        days = [lot.available_at.date() for lot in self.waiting if lot.available_at]
        return max(days) if days and len(days) == len(self.waiting) else None

    def expiring(self) -> tuple[ExpiringPoints, ...]:
        """What a customer would lose on which day if nothing were spent; a debt counts against the earliest."""
        by_day: defaultdict[date, int] = defaultdict(int)
        debt = -sum(lot.remaining for lot in self.spendable if lot.remaining < 0)
        for lot in self.spendable:
            if lot.expires_on is None or lot.remaining < 0:
                continue
            paid = min(debt, lot.remaining)
            debt -= paid
            by_day[lot.expires_on] += lot.remaining - paid
        return tuple(ExpiringPoints(points, day) for day, points in sorted(by_day.items()) if points)


async def read_account(connection: Connection, moment: Moment, customer_id: str, family: str) -> LoyaltyAccount:
    home = moment.policy.home_currency
    points = await Balance.read(connection, customer_id, "points", moment)
    cashback = await Balance.read(connection, customer_id, "cashback", moment)
    credit = await repository.total(connection, customer_id, "store_credit", home)
    spending = await repository.spending(connection, customer_id)
    expiring = points.expiring()
    has_cashback = family == "cashback"
    return LoyaltyAccount(
        customer_id=customer_id,
        programme=moment.policy.loyalty.programme,
        family=family,
        available=points.available,
        pending=points.pending,
        lifetime=await repository.lifetime(connection, customer_id),
        pending_until=(cashback if has_cashback else points).pending_until,
        next_expiration=expiring[0] if expiring else None,
        expiring=expiring,
        tier=tiers.standing(moment.policy.loyalty, spending, moment.today) if family == "tiers" else None,
        store_credit=None if credit is None else Money(credit, home),
        cashback=Money(cashback.available, home) if has_cashback else None,
        cashback_pending=Money(cashback.pending, home) if has_cashback else None,
        vouchers=tuple(await repository.vouchers(connection, customer_id, moment.today)),
    )
