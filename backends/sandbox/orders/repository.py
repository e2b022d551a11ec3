import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from backends.models import Address, Money, OrderStatus, OrderSummary, Shipment, ShipmentStatus
from backends.sandbox.context import Subject
from backends.sandbox.orders.lines import Line
from common.database import Connection, fetch_all, fetch_one

LINE_COLUMNS = ", ".join(field.name for field in fields(Line))
TRACKING = "https://tracking.juniperandlane.example/"


@dataclass(frozen=True, slots=True)
class OrderRow:
    id: str
    number: str
    customer_id: str
    status: OrderStatus
    placed_at: datetime
    packed_at: datetime | None
    currency: str
    shipping: int
    total: int
    captured: int
    payment_method: str
    address: Address | None

    @property
    def address_changeable(self) -> bool:
        return self.cancellable

    @property
    def version(self) -> str:
        """Another one whenever the state or the address are."""
        state = [self.status.value, str(self.packed_at), asdict(self.address) if self.address else None]
        return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def cancellable(self) -> bool:
        return self.status in {OrderStatus.PENDING, OrderStatus.CONFIRMED} and self.packed_at is None


ORDER_COLUMNS = ", ".join(field.name for field in fields(OrderRow))


def _order(row: dict[str, Any]) -> OrderRow:
    address = Address(**row["address"]) if row["address"] else None
    return OrderRow(**{**row, "status": OrderStatus(row["status"]), "address": address})


async def find(connection: Connection, ref: str, subject: Subject, *, lock: bool = False) -> OrderRow | None:
    """By id or number, if it is this customer's. With `lock` nobody else can return or refund anything of it."""
    suffix = " FOR UPDATE" if lock else ""
    row = await fetch_one(
        connection,
        f"SELECT {ORDER_COLUMNS} FROM orders WHERE (id = %s OR number = upper(%s))"  # noqa: S608 - constants only
        f" AND customer_id = %s AND (%s::text IS NULL OR id = %s){suffix}",
        ref,
        ref,
        *subject.scope,
    )
    return _order(row) if row else None


async def lines(connection: Connection, order_id: str) -> list[Line]:
    rows = await fetch_all(
        connection,
        f"SELECT {LINE_COLUMNS} FROM line_units WHERE order_id = %s ORDER BY position",  # noqa: S608 - constants only
        order_id,
    )
    return [Line(**row) for row in rows]


async def shipments(connection: Connection, order_id: str) -> list[Shipment]:
    rows = await fetch_all(
        connection,
        "SELECT s.id, carrier, tracking_number, status, shipped_at, eta, delivered_at,"
        " array_agg(l.line_id ORDER BY l.line_id) AS line_ids"
        " FROM shipments s JOIN shipment_lines l ON l.shipment_id = s.id"
        " WHERE order_id = %s GROUP BY s.id ORDER BY s.id",
        order_id,
    )
    return [
        Shipment(
            **{**row, "status": ShipmentStatus(row["status"]), "line_ids": tuple(row["line_ids"])},
            tracking_url=TRACKING + row["tracking_number"],
        )
        for row in rows
    ]


async def summaries(
    connection: Connection, subject: Subject, before: tuple[datetime | None, Any], limit: int
) -> list[OrderSummary]:
    rows = await fetch_all(
        connection,
        "SELECT o.id, number, status, placed_at, total, currency, l.items, l.kinds, l.first_title,"
        " s.eta, s.delivered_at"
        " FROM orders o"
        " JOIN LATERAL (SELECT sum(quantity)::int AS items, count(*)::int AS kinds,"
        "  (array_agg(title ORDER BY position))[1] AS first_title FROM order_lines WHERE order_id = o.id) l ON true"
        " LEFT JOIN LATERAL (SELECT max(eta) FILTER (WHERE delivered_at IS NULL) AS eta,"
        "  CASE WHEN bool_and(delivered_at IS NOT NULL) THEN max(delivered_at) END AS delivered_at"
        "  FROM shipments WHERE order_id = o.id) s ON true"
        " WHERE customer_id = %s AND (%s::text IS NULL OR o.id = %s)"
        " AND (%s::timestamptz IS NULL OR (placed_at, o.id) < (%s, %s))"
        " ORDER BY placed_at DESC, o.id DESC LIMIT %s",
        *subject.scope,
        before[0],
        *before,
        limit,
    )
    return [_summary(row) for row in rows]


def _summary(row: dict[str, Any]) -> OrderSummary:
    more = f" and {row['kinds'] - 1} more" if row["kinds"] > 1 else ""
    eta: date | None = row["eta"]
    delivered = row["delivered_at"] if row["status"] == OrderStatus.DELIVERED else None
    return OrderSummary(
        id=row["id"],
        number=row["number"],
        status=OrderStatus(row["status"]),
        placed_at=row["placed_at"],
        total=Money(row["total"], row["currency"]),
        item_count=row["items"],
        title=row["first_title"] + more,
        eta=eta,
        delivered_at=delivered,
    )


async def mark_cancelled(connection: Connection, order_id: str, reason: str) -> None:
    await connection.execute(
        "UPDATE orders SET status = 'cancelled', cancel_reason = %s WHERE id = %s", (reason, order_id)
    )


async def set_address(connection: Connection, order_id: str, address: Address) -> None:
    await connection.execute("UPDATE orders SET address = %s WHERE id = %s", (json.dumps(asdict(address)), order_id))
