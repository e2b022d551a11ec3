from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backends.models import LoyaltyTransaction, Money, Redemption, Voucher
from common.database import Connection, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one entry of the ledger. `pending`: not spent before `available_at` (None: not known yet)."""

    id: int
    remaining: int
    pending: bool
    available_at: datetime | None
    expires_on: date | None
    order_id: str | None

    def is_pending(self, now: datetime) -> bool:
        return self.pending and (self.available_at is None or self.available_at > now)


@dataclass(frozen=True, slots=True)
class Entry:
    """`currency` is None for points, `remaining` what can still be spent of it."""

    customer_id: str
    unit: str
    at: datetime
    kind: str
    amount: int
    description: str
    currency: str | None = None
    remaining: int = 0
    pending: bool = False
    available_at: datetime | None = None
    expires_on: date | None = None
    order_id: str | None = None


async def member(connection: Connection, customer_id: str, *, lock: bool = False) -> str | None:
    """The family of the customer's programme; None for no member. With `lock` the account is held until the commit."""
    suffix = " FOR UPDATE" if lock else ""
    row = await fetch_one(connection, f"SELECT programme FROM customers WHERE id = %s{suffix}", customer_id)  # noqa: S608 - constants only
    return row["programme"] if row else None


async def add(connection: Connection, entry: Entry) -> None:
    await connection.execute(
        "INSERT INTO ledger (customer_id, unit, currency, at, kind, amount, remaining, pending, available_at,"
        " expires_on, order_id, description)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            entry.customer_id,
            entry.unit,
            entry.currency,
            entry.at,
            entry.kind,
            entry.amount,
            entry.remaining,
            entry.pending,
            entry.available_at,
            entry.expires_on,
            entry.order_id,
            entry.description,
        ),
    )


async def lots(connection: Connection, customer_id: str, unit: str, today: date) -> list[Lot]:
    """What is left and not expired, in the order in which it is spent: what expires first goes first."""
    rows = await fetch_all(
        connection,
        "SELECT id, remaining, pending, available_at, expires_on, order_id FROM ledger WHERE customer_id = %s"
        " AND unit = %s AND remaining <> 0 AND (expires_on IS NULL OR expires_on >= %s)"
        " ORDER BY expires_on NULLS LAST, id",
        customer_id,
        unit,
        today,
    )
    return [Lot(**row) for row in rows]


async def spend_from(connection: Connection, lot_id: int, amount: int) -> None:
    await connection.execute("UPDATE ledger SET remaining = remaining - %s WHERE id = %s", (amount, lot_id))


async def earned_of_order(connection: Connection, customer_id: str, unit: str, order_id: str) -> int:
    """What the order brought, less what was taken back."""
    row = await fetch_one(
        connection,
        "SELECT coalesce(sum(amount), 0) AS amount FROM ledger WHERE customer_id = %s AND unit = %s AND order_id = %s"
        " AND kind IN ('earned', 'reversed')",
        customer_id,
        unit,
        order_id,
    )
    assert row is not None
    return int(row["amount"])


async def total(connection: Connection, customer_id: str, unit: str, currency: str) -> int | None:
    """None if there was never an entry."""
    row = await fetch_one(
        connection,
        "SELECT sum(amount) AS amount FROM ledger WHERE customer_id = %s AND unit = %s AND currency = %s",
        customer_id,
        unit,
        currency,
    )
    assert row is not None
    return None if row["amount"] is None else int(row["amount"])


async def lifetime(connection: Connection, customer_id: str) -> int:
    row = await fetch_one(
        connection,
        "SELECT coalesce(sum(amount), 0) AS amount FROM ledger WHERE customer_id = %s AND unit = 'points'"
        " AND kind IN ('earned', 'adjusted', 'reversed')",
        customer_id,
    )
    assert row is not None
    return max(0, int(row["amount"]))


async def spending(connection: Connection, customer_id: str) -> list[tuple[date, int]]:
    """Days and amounts, oldest first."""
    rows = await fetch_all(
        connection,
        "SELECT at::date AS day, amount FROM ledger WHERE customer_id = %s AND unit = 'spend' ORDER BY at, id",
        customer_id,
    )
    return [(row["day"], row["amount"]) for row in rows]


async def transactions(
    connection: Connection, customer_id: str, unit: str, before: tuple[datetime | None, Any], limit: int
) -> list[LoyaltyTransaction]:
    rows = await fetch_all(
        connection,
        "SELECT l.id, at, kind, amount, description, o.number FROM ledger l LEFT JOIN orders o ON o.id = l.order_id"
        " WHERE l.customer_id = %s AND unit = %s AND (%s::timestamptz IS NULL OR (at, l.id) < (%s, %s))"
        " ORDER BY at DESC, l.id DESC LIMIT %s",
        customer_id,
        unit,
        before[0],
        *before,
        limit,
    )
    return [
        LoyaltyTransaction(str(row["id"]), row["at"], row["kind"], row["amount"], row["description"], row["number"])
        for row in rows
    ]


async def vouchers(connection: Connection, customer_id: str, today: date) -> list[Voucher]:
    rows = await fetch_all(
        connection,
        "SELECT code, title, value, currency, percent, expires_on FROM vouchers WHERE customer_id = %s"
        " AND used_at IS NULL AND (expires_on IS NULL OR expires_on >= %s) ORDER BY expires_on NULLS LAST, code",
        customer_id,
        today,
    )
    return [
        Voucher(
            row["code"],
            row["title"],
            Money(row["value"], row["currency"]) if row["currency"] else None,
            row["percent"],
            row["expires_on"],
        )
        for row in rows
    ]


async def add_voucher(connection: Connection, customer_id: str, voucher: Voucher) -> None:
    value = voucher.value
    await connection.execute(
        "INSERT INTO vouchers (code, customer_id, title, value, currency, percent, expires_on)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            voucher.code,
            customer_id,
            voucher.title,
            value.amount if value else None,
            value.currency if value else None,
            voucher.percent,
            voucher.expires_on,
        ),
    )


async def add_redemption(connection: Connection, redemption: Redemption, customer_id: str, at: datetime) -> None:
    await connection.execute(
        "INSERT INTO redemptions (id, customer_id, reward_id, points, voucher_code, at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (
            redemption.id,
            customer_id,
            redemption.reward_id,
            redemption.points,
            redemption.voucher.code if redemption.voucher else None,
            at,
        ),
    )


async def expire(connection: Connection, today: date, now: datetime) -> None:
    """Write down what expired, so that the history shows it."""
    await connection.execute(
        "WITH gone AS (SELECT id, customer_id, unit, currency, remaining FROM ledger"
        "  WHERE expires_on < %s AND remaining > 0 FOR UPDATE SKIP LOCKED),"
        " cleared AS (UPDATE ledger SET remaining = 0 FROM gone WHERE ledger.id = gone.id)"
        " INSERT INTO ledger (customer_id, unit, currency, at, kind, amount, description)"
        " SELECT customer_id, unit, currency, %s, 'expired', -sum(remaining), 'Expired' FROM gone"
        " GROUP BY customer_id, unit, currency",
        (today, now),
    )
