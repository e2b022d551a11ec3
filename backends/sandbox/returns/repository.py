from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from backends.models import Money, RefundStatus, Resolution, Return, ReturnLine, ReturnStatus
from backends.sandbox.context import Subject
from backends.sandbox.refunds.repository import charges_json
from backends.sandbox.returns.pricing import Price
from common.database import Connection, fetch_all, fetch_one

CANCELLABLE = {ReturnStatus.REQUESTED, ReturnStatus.APPROVED, ReturnStatus.AWAITING_ITEMS}
WITH_LABEL = {ReturnStatus.APPROVED, ReturnStatus.AWAITING_ITEMS, ReturnStatus.IN_TRANSIT}
SELECT = """
    SELECT r.id, r.number, r.order_id, o.number AS order_number, r.customer_id, r.status, r.resolution, r.method,
           r.created_at, r.send_by, r.label_key, r.refund_total, o.currency, r.decline_reason,
           f.status AS refund_status, f.expected_by AS refund_expected_by,
           (SELECT json_agg(json_build_object('line_id', rl.line_id, 'quantity', rl.quantity, 'reason', rl.reason,
                    'title', ol.title, 'exchange_for', rl.exchange_for, 'note', rl.note) ORDER BY rl.position)
            FROM return_lines rl JOIN order_lines ol ON ol.id = rl.line_id WHERE rl.return_id = r.id) AS lines
    FROM returns r JOIN orders o ON o.id = r.order_id LEFT JOIN refunds f ON f.return_id = r.id
"""


@dataclass(frozen=True, slots=True)
class NewReturn:
    order_id: str
    customer_id: str
    status: ReturnStatus
    resolution: Resolution
    method: str
    lines: tuple[ReturnLine, ...]
    created_at: datetime
    send_by: date | None
    label_key: str
    price: Price
    points_effect: int
    number: str | None = None
    decline_reason: str | None = None


def _return(row: dict[str, Any], public_url: str) -> Return:
    status = ReturnStatus(row["status"])
    page = f"{public_url}/labels/{row['number']}/{row['label_key']}" if status in WITH_LABEL else None
    return Return(
        id=row["id"],
        number=row["number"],
        order_id=row["order_id"],
        order_number=row["order_number"],
        status=status,
        resolution=Resolution(row["resolution"]),
        lines=tuple(ReturnLine(**line) for line in row["lines"]),
        method=row["method"],
        created_at=row["created_at"],
        send_by=row["send_by"],
        label_url=page if row["method"] == "label" else None,
        refund_total=Money(row["refund_total"], row["currency"]),
        refund_status=RefundStatus(row["refund_status"]) if row["refund_status"] else None,
        refund_expected_by=row["refund_expected_by"],
        decline_reason=row["decline_reason"],
        cancellable=status in CANCELLABLE,
        code_url=page if row["method"] == "code" else None,
    )


async def insert(connection: Connection, new: NewReturn) -> str:
    """Returns the id."""
    number = new.number
    if number is None:
        row = await fetch_one(connection, "SELECT nextval('return_numbers') AS number")
        assert row is not None
        number = f"RT-{row['number']}"
    return_id = "ret_" + number.removeprefix("RT-")
    await connection.execute(
        "INSERT INTO returns (id, number, order_id, customer_id, status, resolution, method, created_at, send_by,"
        " label_key, refund_total, bonus, breakdown, points_effect, decline_reason)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            return_id,
            number,
            new.order_id,
            new.customer_id,
            new.status,
            new.resolution,
            new.method,
            new.created_at,
            new.send_by,
            new.label_key,
            new.price.total,
            new.price.bonus,
            charges_json(new.price.breakdown),
            new.points_effect,
            new.decline_reason,
        ),
    )
    for position, line in enumerate(new.lines):
        await connection.execute(
            "INSERT INTO return_lines (return_id, line_id, position, quantity, reason, exchange_for, note)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (return_id, line.line_id, position, line.quantity, line.reason, line.exchange_for, line.note),
        )
    return return_id


async def find(connection: Connection, ref: str, subject: Subject, public_url: str) -> Return | None:
    row = await fetch_one(
        connection,
        SELECT + " WHERE (r.id = %s OR r.number = upper(%s)) AND r.customer_id = %s"
        " AND (%s::text IS NULL OR r.order_id = %s)",
        ref,
        ref,
        *subject.scope,
    )
    return _return(row, public_url) if row else None


async def of_order(connection: Connection, order_id: str, public_url: str) -> list[Return]:
    rows = await fetch_all(
        connection, SELECT + " WHERE r.order_id = %s ORDER BY r.created_at DESC, r.id DESC", order_id
    )
    return [_return(row, public_url) for row in rows]


async def newest(
    connection: Connection, subject: Subject, before: tuple[datetime | None, Any], limit: int, public_url: str
) -> list[Return]:
    rows = await fetch_all(
        connection,
        SELECT + " WHERE r.customer_id = %s AND (%s::text IS NULL OR r.order_id = %s)"
        " AND (%s::timestamptz IS NULL OR (r.created_at, r.id) < (%s, %s))"
        " ORDER BY r.created_at DESC, r.id DESC LIMIT %s",
        *subject.scope,
        before[0],
        *before,
        limit,
    )
    return [_return(row, public_url) for row in rows]


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return with what its customer does not see; locked."""

    id: str
    number: str
    order_id: str
    customer_id: str
    status: ReturnStatus
    resolution: Resolution
    refund_total: int
    bonus: int
    breakdown: list[dict[str, Any]]


async def lock(connection: Connection, number: str) -> ReturnRow | None:
    """The order is locked first, as every write does it, so that two writes never wait for each other."""
    await connection.execute(
        "SELECT 1 FROM orders WHERE id = (SELECT order_id FROM returns WHERE number = upper(%s)) FOR UPDATE", (number,)
    )
    row = await fetch_one(
        connection,
        "SELECT id, number, order_id, customer_id, status, resolution, refund_total, bonus, breakdown"
        " FROM returns WHERE number = upper(%s) FOR UPDATE",
        number,
    )
    if row is None:
        return None
    return ReturnRow(**{**row, "status": ReturnStatus(row["status"]), "resolution": Resolution(row["resolution"])})


async def set_status(
    connection: Connection, return_id: str, status: ReturnStatus, decline_reason: str | None = None
) -> None:
    await connection.execute(
        "UPDATE returns SET status = %s, decline_reason = %s WHERE id = %s", (status, decline_reason, return_id)
    )


async def insert_quote(
    connection: Connection,
    *,
    quote_id: str,
    customer_id: str,
    order_id: str,
    fingerprint: str,
    price: Price,
    points_effect: int,
    expires_at: datetime,
) -> None:
    stored = Jsonb(
        {
            "bonus": price.bonus,
            "goods": price.goods,
            "charges": [{"label": charge.label, "amount": charge.amount.amount} for charge in price.breakdown],
        }
    )
    await connection.execute(
        "INSERT INTO quotes (id, customer_id, order_id, fingerprint, refund_total, breakdown, points_effect,"
        " expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (quote_id, customer_id, order_id, fingerprint, price.total, stored, points_effect, expires_at),
    )


async def lock_quote(connection: Connection, quote_id: str, customer_id: str) -> dict[str, Any] | None:
    return await fetch_one(
        connection, "SELECT * FROM quotes WHERE id = %s AND customer_id = %s FOR UPDATE", quote_id, customer_id
    )


async def use_quote(connection: Connection, quote_id: str, now: datetime) -> None:
    await connection.execute("UPDATE quotes SET used_at = %s WHERE id = %s", (now, quote_id))


async def goods_value(connection: Connection, return_id: str) -> int:
    """What the returned items cost."""
    row = await fetch_one(
        connection,
        "SELECT sum(rl.quantity * ol.unit_price) AS amount FROM return_lines rl"
        " JOIN order_lines ol ON ol.id = rl.line_id WHERE return_id = %s",
        return_id,
    )
    assert row is not None
    return int(row["amount"])


async def label_holder(connection: Connection, number: str, key: str) -> dict[str, Any] | None:
    """Who sends what; None unless the key is right and there is a label."""
    return await fetch_one(
        connection,
        "SELECT r.number, o.number AS order_number, c.name, r.send_by, r.method"
        " FROM returns r JOIN orders o ON o.id = r.order_id JOIN customers c ON c.id = r.customer_id"
        " WHERE r.number = %s AND label_key = %s AND method IN ('label', 'code') AND r.status = ANY(%s)",
        number,
        key,
        [status.value for status in WITH_LABEL],
    )
