from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backends.models import Customer, VerifiedGuest
from common.database import Connection, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class Reference:
    """A named sample customer. `orders`: a few numbers, newest first."""

    id: str
    reference: str
    name: str
    first_name: str
    email: str
    locale: str
    interest: str
    orders: tuple[str, ...]


async def find(connection: Connection, customer_id: str) -> Customer | None:
    """Without the tier."""
    row = await fetch_one(
        connection,
        "SELECT id, name, first_name, email, locale, since, tags,"
        " (SELECT count(*)::int FROM orders WHERE customer_id = c.id) AS order_count FROM customers c WHERE id = %s",
        customer_id,
    )
    return Customer(**{**row, "tags": tuple(row["tags"])}) if row else None


async def order_with_email(connection: Connection, number: str, email: str) -> str | None:
    row = await fetch_one(
        connection,
        "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id"
        " WHERE number = upper(%s) AND lower(email) = lower(%s)",
        number.strip(),
        email.strip(),
    )
    return row["id"] if row else None


async def add_verification(
    connection: Connection, verification_id: str, order_id: str | None, email: str, expires_at: datetime
) -> None:
    await connection.execute(
        "INSERT INTO verifications (id, order_id, email, expires_at) VALUES (%s, %s, %s, %s)",
        (verification_id, order_id, email, expires_at),
    )


async def verified_guest(connection: Connection, verification_id: str, now: datetime) -> VerifiedGuest | None:
    row = await fetch_one(
        connection,
        "SELECT c.id AS customer_id, o.id AS order_id, c.name FROM verifications v JOIN orders o ON o.id = v.order_id"
        " JOIN customers c ON c.id = o.customer_id WHERE v.id = %s AND expires_at > %s",
        verification_id,
        now,
    )
    return VerifiedGuest(**row) if row else None


def _reference(row: dict[str, Any]) -> Reference:
    return Reference(**{**row, "orders": tuple(row["orders"])})


async def references(connection: Connection) -> list[Reference]:
    rows = await fetch_all(
        connection,
        "SELECT id, reference, name, first_name, email, locale, interest, ARRAY(SELECT number FROM orders"
        "  WHERE customer_id = c.id ORDER BY placed_at DESC LIMIT 5) AS orders"
        " FROM customers c WHERE reference IS NOT NULL ORDER BY reference",
    )
    return [_reference(row) for row in rows]
