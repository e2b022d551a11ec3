from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from backends.models import Charge, Money, Refund, RefundMethod, RefundStatus
from backends.sandbox.context import Subject
from common.database import Connection, fetch_all, fetch_one

COLUMNS = (
    "f.id, f.number, f.order_id, o.number AS order_number, r.number AS return_number, f.amount, o.currency, f.items,"
    " f.method, f.status, f.created_at, f.expected_by, f.processed_at"
)
TABLES = "refunds f JOIN orders o ON o.id = f.order_id LEFT JOIN returns r ON r.id = f.return_id"


@dataclass(frozen=True, slots=True)
class NewRefund:
    """`line_id` and `quantity`: units paid back without a return. `bonus`: the part of `amount` given on top."""

    order_id: str
    customer_id: str
    amount: int
    items: tuple[Charge, ...]
    method: RefundMethod
    status: RefundStatus
    reason: str
    created_at: datetime
    expected_by: date | None
    return_id: str | None = None
    line_id: str | None = None
    quantity: int | None = None
    covers_shipping: bool = False
    bonus: int = 0
    number: str | None = None
    processed_at: datetime | None = None


def charges_json(charges: tuple[Charge, ...]) -> Jsonb:
    return Jsonb([{"label": charge.label, "amount": charge.amount.amount} for charge in charges])


def charges(stored: list[dict[str, Any]], currency: str) -> tuple[Charge, ...]:
    return tuple(Charge(item["label"], Money(item["amount"], currency)) for item in stored)


def _refund(row: dict[str, Any]) -> Refund:
    currency = row.pop("currency")
    return Refund(
        **{
            **row,
            "amount": Money(row["amount"], currency),
            "items": charges(row["items"], currency),
            "method": RefundMethod(row["method"]),
            "status": RefundStatus(row["status"]),
        }
    )


async def insert(connection: Connection, refund: NewRefund) -> str:
    """Returns the id."""
    number = refund.number
    if number is None:
        row = await fetch_one(connection, "SELECT nextval('refund_numbers') AS number")
        assert row is not None
        number = f"RF-{row['number']}"
    refund_id = "ref_" + number.removeprefix("RF-")
    await connection.execute(
        "INSERT INTO refunds (id, number, order_id, customer_id, return_id, line_id, quantity, covers_shipping, amount,"
        " bonus, items, method, status, reason, created_at, expected_by, processed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            refund_id,
            number,
            refund.order_id,
            refund.customer_id,
            refund.return_id,
            refund.line_id,
            refund.quantity,
            refund.covers_shipping,
            refund.amount,
            refund.bonus,
            charges_json(refund.items),
            refund.method,
            refund.status,
            refund.reason,
            refund.created_at,
            refund.expected_by,
            refund.processed_at,
        ),
    )
    return refund_id


async def get(connection: Connection, refund_id: str) -> Refund:
    row = await fetch_one(connection, f"SELECT {COLUMNS} FROM {TABLES} WHERE f.id = %s", refund_id)  # noqa: S608 - constants only
    assert row is not None
    return _refund(row)


async def of_order(connection: Connection, order_id: str) -> list[Refund]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM {TABLES} WHERE f.order_id = %s ORDER BY f.created_at DESC, f.id DESC",  # noqa: S608 - constants only
        order_id,
    )
    return [_refund(row) for row in rows]


async def newest(
    connection: Connection,
    subject: Subject,
    order_id: str | None,
    before: tuple[datetime | None, Any],
    limit: int,
) -> list[Refund]:
    rows = await fetch_all(
        connection,
        f"SELECT {COLUMNS} FROM {TABLES} WHERE f.customer_id = %s AND (%s::text IS NULL OR f.order_id = %s)"  # noqa: S608 - constants only
        " AND (%s::text IS NULL OR f.order_id = %s)"
        " AND (%s::timestamptz IS NULL OR (f.created_at, f.id) < (%s, %s))"
        " ORDER BY f.created_at DESC, f.id DESC LIMIT %s",
        *subject.scope,
        order_id,
        order_id,
        before[0],
        *before,
        limit,
    )
    return [_refund(row) for row in rows]


async def committed(connection: Connection, order_id: str) -> int:
    """What was paid back or promised (refunds that did not fail, live returns that have none yet), without bonuses."""
    row = await fetch_one(
        connection,
        "SELECT (SELECT coalesce(sum(amount - bonus), 0) FROM refunds WHERE order_id = %s AND status <> 'failed')"
        " + (SELECT coalesce(sum(refund_total - bonus), 0) FROM returns r WHERE order_id = %s"
        "  AND status NOT IN ('declined', 'cancelled')"
        "  AND NOT EXISTS (SELECT FROM refunds f WHERE f.return_id = r.id)) AS amount",
        order_id,
        order_id,
    )
    assert row is not None
    return int(row["amount"])


async def shipping_refunded(connection: Connection, order_id: str) -> bool:
    row = await fetch_one(
        connection, "SELECT 1 FROM refunds WHERE order_id = %s AND covers_shipping AND status <> 'failed'", order_id
    )
    return row is not None


async def set_status(
    connection: Connection,
    refund_id: str,
    status: RefundStatus,
    *,
    expected_by: date | None,
    processed_at: datetime | None,
) -> None:
    await connection.execute(
        "UPDATE refunds SET status = %s, expected_by = %s, processed_at = %s WHERE id = %s",
        (status, expected_by, processed_at, refund_id),
    )


async def lock(connection: Connection, number: str) -> tuple[str, Refund] | None:
    """The refund and its customer. The order is locked first, as every write does it."""
    row = await fetch_one(
        connection,
        "SELECT f.id, f.customer_id FROM refunds f JOIN orders o ON o.id = f.order_id WHERE f.number = upper(%s)"
        " FOR UPDATE OF o",
        number,
    )
    return (row["customer_id"], await get(connection, row["id"])) if row else None
