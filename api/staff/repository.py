from datetime import timedelta
from typing import Any
from uuid import UUID

from api.staff.models import Role, Staff
from common.database import Connection, fetch_all, fetch_one


def _staff(row: dict[str, Any]) -> Staff:
    return Staff(
        row["id"],
        row["name"],
        row["first_name"],
        frozenset(Role(role) for role in row["roles"]),
        frozenset(row["skills"]),
        frozenset(row["languages"]),
        row["capacity"],
    )


async def add(
    connection: Connection, name: str, first_name: str, roles: list[Role], password_hash: str
) -> Staff | None:
    """None if the name is taken."""
    row = await fetch_one(
        connection,
        "INSERT INTO staff (name, first_name, roles, password_hash) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (name) DO NOTHING RETURNING *",
        name,
        first_name,
        [str(role) for role in roles],
        password_hash,
    )
    return _staff(row) if row else None


async def find(connection: Connection, name: str) -> tuple[Staff, str] | None:
    """The active account and its password hash."""
    row = await fetch_one(connection, "SELECT * FROM staff WHERE name = %s AND active", name)
    return (_staff(row), row["password_hash"]) if row else None


async def everyone(connection: Connection) -> list[tuple[Staff, bool]]:
    """All accounts by name, each with whether it is active."""
    rows = await fetch_all(connection, "SELECT * FROM staff ORDER BY name")
    return [(_staff(row), row["active"]) for row in rows]


async def first_names(connection: Connection, ids: list[UUID]) -> dict[UUID, str]:
    rows = await fetch_all(connection, "SELECT id, first_name FROM staff WHERE id = ANY(%s)", ids)
    return {row["id"]: row["first_name"] for row in rows}


async def set_password(connection: Connection, name: str, password_hash: str) -> UUID | None:
    row = await fetch_one(
        connection, "UPDATE staff SET password_hash = %s WHERE name = %s RETURNING id", password_hash, name
    )
    return row["id"] if row else None


async def set_active(connection: Connection, name: str, *, active: bool) -> UUID | None:
    row = await fetch_one(connection, "UPDATE staff SET active = %s WHERE name = %s RETURNING id", active, name)
    return row["id"] if row else None


async def start_session(
    connection: Connection, token_hash: bytes, staff_id: UUID, csrf_token: str, lifetime: timedelta
) -> None:
    await connection.execute("DELETE FROM staff_sessions WHERE expires_at < now()")
    await connection.execute(
        "INSERT INTO staff_sessions (token_hash, staff_id, csrf_token, expires_at) VALUES (%s, %s, %s, now() + %s)",
        (token_hash, staff_id, csrf_token, lifetime),
    )


async def find_session(connection: Connection, token_hash: bytes) -> tuple[Staff, str] | None:
    """The account behind a running session and the session's CSRF token."""
    row = await fetch_one(
        connection,
        "SELECT staff.*, csrf_token FROM staff_sessions JOIN staff ON staff.id = staff_id"
        " WHERE token_hash = %s AND expires_at > now() AND active",
        token_hash,
    )
    return (_staff(row), row["csrf_token"]) if row else None


async def end_session(connection: Connection, token_hash: bytes) -> None:
    await connection.execute("DELETE FROM staff_sessions WHERE token_hash = %s", (token_hash,))


async def end_sessions(connection: Connection, staff_id: UUID) -> None:
    await connection.execute("DELETE FROM staff_sessions WHERE staff_id = %s", (staff_id,))


async def note_presence(connection: Connection, token_hash: bytes, *, every: timedelta) -> None:
    await connection.execute(
        "WITH seen AS (UPDATE staff_sessions SET present_at = now()"
        " WHERE token_hash = %s AND (present_at IS NULL OR present_at < now() - %s::interval) RETURNING staff_id)"
        " UPDATE staff SET present_at = now() FROM seen WHERE id = staff_id",
        (token_hash, every),
    )


async def present(connection: Connection, role: Role, *, within: timedelta) -> list[Staff]:
    """Who of this role was on their pages lately."""
    rows = await fetch_all(
        connection,
        "SELECT * FROM staff WHERE active AND %s = ANY(roles) AND EXISTS (SELECT 1 FROM staff_sessions"
        " WHERE staff_id = staff.id AND expires_at > now() AND staff_sessions.present_at > now() - %s::interval)"
        " ORDER BY name",
        str(role),
        within,
    )
    return [_staff(row) for row in rows]


async def hold(connection: Connection, staff_id: UUID) -> None:
    """Lock the account's row: what one advisor is given is given one after another."""
    await connection.execute("SELECT 1 FROM staff WHERE id = %s FOR NO KEY UPDATE", (staff_id,))


async def set_desk(
    connection: Connection, name: str, skills: list[str], languages: list[str], capacity: int
) -> UUID | None:
    row = await fetch_one(
        connection,
        "UPDATE staff SET skills = %s, languages = %s, capacity = %s WHERE name = %s RETURNING id",
        skills,
        languages,
        capacity,
        name,
    )
    return row["id"] if row else None
