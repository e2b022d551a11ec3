import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from backends.models import LoyaltyAccount, LoyaltyTransaction, Money, Page, Redemption, Reward, Voucher
from backends.money import exponent
from backends.sandbox.context import Moment, Subject
from backends.sandbox.events.outbox import emit
from backends.sandbox.loyalty import repository, tiers
from backends.sandbox.loyalty.account import Balance, read_account
from backends.sandbox.loyalty.repository import Entry
from backends.sandbox.pagination import Cursors
from backends.sandbox.policies.rules import Policy, RewardRule
from backends.sandbox.problems import insufficient_points, not_found
from backends.sandbox.rounding import percent_of
from common.database import Connection

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike


EVERYTHING = 10**12  # more than any order is worth


@dataclass(frozen=True, slots=True)
class Source:
    """The order that something came from or goes back to."""

    customer_id: str
    order_id: str
    number: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What giving back goods does: points (0 or less), and the tier's name if another one results."""

    points: int = 0
    tier_after: str | None = None


def points_for(policy: Policy, amount: int) -> int:
    """Points for goods of `amount` minor units of the home currency; whole units count."""
    whole_units: int = amount // 10 ** exponent(policy.home_currency)
    return whole_units * policy.loyalty.points_per_unit


async def effect(connection: Connection, moment: Moment, source: Source, goods: int) -> Effect:
    """`goods`: the value of what goes back. Never more than what the order brought."""
    customer_id, order_id = source.customer_id, source.order_id
    family = await repository.member(connection, customer_id)
    if family is None or goods == 0:
        return Effect()
    points = await _to_take(connection, customer_id, "points", order_id, points_for(moment.policy, goods))
    if family != "tiers":
        return Effect(-points)
    spent = await repository.spending(connection, customer_id)
    lost = await _to_take(connection, customer_id, "spend", order_id, goods)
    rule = moment.policy.loyalty
    before = tiers.reached(rule, tiers.counted(rule, spent, moment.today)).name
    after = tiers.reached(rule, tiers.counted(rule, [*spent, (moment.today, -lost)], moment.today)).name
    return Effect(-points, after if after != before else None)


async def take_back(connection: Connection, moment: Moment, source: Source, goods: int) -> None:
    """Points, cashback and spending of goods that went back: the order's own first, then others, then a debt."""
    if await repository.member(connection, source.customer_id, lock=True) is None:
        return
    wanted = {
        "points": points_for(moment.policy, goods),
        "cashback": percent_of(goods, moment.policy.loyalty.cashback_percent),
        "spend": goods,
    }
    taken = 0
    for unit, amount in wanted.items():
        take = await _to_take(connection, source.customer_id, unit, source.order_id, amount)
        if take:
            await _reverse(connection, moment, source, unit, take)
        taken += take
    if taken:
        await _tell(connection, moment, source.customer_id)


async def add_store_credit(
    connection: Connection, moment: Moment, source: Source, amount: Money, description: str
) -> None:
    entry = Entry(
        source.customer_id,
        "store_credit",
        moment.now,
        "earned",
        amount.amount,
        description,
        amount.currency,
        order_id=source.order_id,
    )
    await repository.add(connection, entry)
    await _tell(connection, moment, source.customer_id)


async def account(connection: Connection, moment: Moment, subject: Subject) -> LoyaltyAccount:
    return await read_account(connection, moment, subject.customer_id, await _family(connection, subject))


async def transactions(connection: Connection, subject: Subject, cursors: Cursors) -> Page[LoyaltyTransaction]:
    """Points; for cashback members their cashback, in minor units."""
    unit = "cashback" if await _family(connection, subject) == "cashback" else "points"
    before = cursors.newest_first("transactions")
    rows = await repository.transactions(connection, subject.customer_id, unit, before, cursors.limit + 1)
    return cursors.page("transactions", rows, lambda row: [row.at.isoformat(), int(row.id)])


async def rewards(connection: Connection, moment: Moment, subject: Subject) -> list[Reward]:
    await _family(connection, subject)
    balance = await Balance.read(connection, subject.customer_id, "points", moment)
    home = moment.policy.home_currency
    return [
        Reward(name, rule.title, rule.points, rule.points <= balance.available, rule.description, _value(rule, home))
        for name, rule in moment.policy.loyalty.rewards.items()
    ]


async def redeem(
    connection: Connection, moment: Moment, subject: Subject, reward_id: str, *, dry_run: bool
) -> Redemption:
    await _family(connection, subject, lock=not dry_run)
    rule = moment.policy.loyalty.rewards.get(reward_id)
    if rule is None:
        raise not_found()
    customer_id = subject.customer_id
    balance = await Balance.read(connection, customer_id, "points", moment)
    if balance.available < rule.points:
        raise insufficient_points(balance.available, rule.points)
    after = balance.available - rule.points
    if dry_run:
        return Redemption(reward_id, rule.points, after)
    await _spend(connection, balance, rule.points)
    description = f"Reward: {rule.title}"
    await repository.add(connection, Entry(customer_id, "points", moment.now, "redeemed", -rule.points, description))
    voucher = _voucher(moment, rule)
    if voucher:
        await repository.add_voucher(connection, customer_id, voucher)
    redemption = Redemption(reward_id, rule.points, after, f"red_{secrets.token_hex(8)}", voucher)
    await repository.add_redemption(connection, redemption, customer_id, moment.now)
    await _tell(connection, moment, customer_id)
    return redemption


async def _family(connection: Connection, subject: Subject, *, lock: bool = False) -> str:
    """Raises Problem 404 for somebody who is no member."""
    family = await repository.member(connection, subject.customer_id, lock=lock)
    if family is None:
        raise not_found()
    return family


def _value(rule: RewardRule, currency: str) -> Money | None:
    return Money(rule.value, currency) if rule.value is not None else None


def _voucher(moment: Moment, rule: RewardRule) -> Voucher | None:
    value = _value(rule, moment.policy.home_currency)
    if value is None:
        return None
    code = "JC-" + "".join(secrets.choice(CODE_LETTERS) for _ in range(10))
    expires: date = moment.today + timedelta(days=moment.policy.loyalty.voucher_days)
    return Voucher(code, rule.title, value, expires_on=expires)


async def _spend(connection: Connection, balance: Balance, amount: int) -> None:
    """From the lots that expire first. The sum was checked before."""
    for lot in balance.spendable:
        part = min(max(lot.remaining, 0), amount)
        if part:
            await repository.spend_from(connection, lot.id, part)
        amount -= part


async def _to_take(connection: Connection, customer_id: str, unit: str, order_id: str, amount: int) -> int:
    return max(0, min(amount, await repository.earned_of_order(connection, customer_id, unit, order_id)))


async def _reverse(connection: Connection, moment: Moment, source: Source, unit: str, amount: int) -> None:
    debt = 0 if unit == "spend" else amount
    lots = await repository.lots(connection, source.customer_id, unit, moment.today)
    for lot in sorted(lots, key=lambda lot: (lot.order_id != source.order_id, lot.is_pending(moment.now))):
        part = min(max(lot.remaining, 0), debt)
        if part:
            await repository.spend_from(connection, lot.id, part)
        debt -= part
    entry = Entry(
        source.customer_id,
        unit,
        moment.now,
        "reversed",
        -amount,
        f"Order {source.number} went back",
        None if unit == "points" else moment.policy.home_currency,
        remaining=-debt,
        order_id=source.order_id,
    )
    await repository.add(connection, entry)


async def _tell(connection: Connection, moment: Moment, customer_id: str) -> None:
    await emit(connection, "points.updated", moment.now, customer_id=customer_id, subject_id=customer_id)
