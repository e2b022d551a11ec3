import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from api.audit import service as audit
from api.staff import repository
from api.staff.errors import NameTaken, UnknownStaff, WrongCredentials
from api.staff.models import Role, Session, Staff
from api.staff.passwords import Passwords
from api.staff.throttle import LoginThrottle
from common.database import Connection, Pool

PRESENCE_WINDOW = timedelta(seconds=90)  # browsers let a hidden tab ask once a minute only
PRESENCE_STEP = timedelta(seconds=10)  # at most one write per session in this time


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class StaffService:
    """Accounts and logins of advisors, curators and operators."""

    def __init__(
        self,
        pool: Pool,
        throttle: LoginThrottle,
        *,
        session_lifetime: timedelta,
        passwords: Passwords | None = None,
    ) -> None:
        self._pool = pool
        self._throttle = throttle
        self._passwords = passwords or Passwords()
        self.session_lifetime = session_lifetime

    async def log_in(self, name: str, password: str, *, address: str) -> Session:
        """Start a session. Raises WrongCredentials or TooManyAttempts."""
        name = name.strip().lower()[:64]
        await self._throttle.enter(name, address)
        async with self._pool.connection() as connection:
            found = await repository.find(connection, name)
        if not await self._passwords.check(password, found[1] if found else None) or found is None:
            raise WrongCredentials
        staff, password_hash = found
        await self._throttle.succeeded(name, address)
        session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), staff)
        async with self._pool.connection() as connection:
            if self._passwords.needs_rehash(password_hash):
                await repository.set_password(connection, name, self._passwords.hash(password))
            await repository.start_session(
                connection, _hash(session.token), staff.id, session.csrf_token, self.session_lifetime
            )
        return session

    async def session(self, token: str) -> Session | None:
        async with self._pool.connection() as connection:
            found = await repository.find_session(connection, _hash(token))
        return Session(token, found[1], found[0]) if found else None

    async def log_out(self, token: str) -> None:
        async with self._pool.connection() as connection:
            await repository.end_session(connection, _hash(token))

    async def note_presence(self, session: Session) -> None:
        async with self._pool.connection() as connection:
            await repository.note_presence(connection, _hash(session.token), every=PRESENCE_STEP)

    async def advisors_on_duty(self, connection: Connection) -> set[UUID]:
        return {staff.id for staff in await self.advisors_present(connection)}

    async def advisors_present(self, connection: Connection) -> list[Staff]:
        return await repository.present(connection, Role.ADVISOR, within=PRESENCE_WINDOW)

    async def hold(self, connection: Connection, staff_id: UUID) -> None:
        """Until the transaction ends nobody else who holds this account goes on. Lock a conversation before it."""
        await repository.hold(connection, staff_id)

    async def set_desk(
        self, name: str, *, skills: Iterable[str], languages: Iterable[str], capacity: int, by: str | None = None
    ) -> None:
        """What an advisor is given by itself: see Staff. `by`: the operator; None: the command line.

        Raises UnknownStaff.
        """
        async with self._pool.connection() as connection:
            given = sorted(set(skills)), sorted({language.lower() for language in languages})
            if await repository.set_desk(connection, name, *given, capacity) is None:
                raise UnknownStaff(name)
            await audit.record(
                connection,
                actor="staff" if by else "system",
                actor_id=by,
                action="staff.desk",
                subject=name,
                outcome="done",
                evidence={"skills": given[0], "languages": given[1], "capacity": capacity},
            )

    async def first_names(self, connection: Connection, ids: Iterable[UUID]) -> dict[UUID, str]:
        return await repository.first_names(connection, list(ids))

    async def add(self, name: str, first_name: str, roles: list[Role], password: str) -> Staff:
        """Raises NameTaken."""
        async with self._pool.connection() as connection:
            staff = await repository.add(connection, name, first_name, roles, self._passwords.hash(password))
        if staff is None:
            raise NameTaken(name)
        return staff

    async def change_password(self, name: str, password: str) -> None:
        """Ends the account's sessions. Raises UnknownStaff."""
        async with self._pool.connection() as connection:
            staff_id = await repository.set_password(connection, name, self._passwords.hash(password))
            if staff_id is None:
                raise UnknownStaff(name)
            await repository.end_sessions(connection, staff_id)

    async def ensure_password(self, name: str, password: str) -> None:
        """As `change_password`, but sessions go on where the password is that one already. Raises UnknownStaff."""
        async with self._pool.connection() as connection:
            found = await repository.find(connection, name)
        if found is None or not await self._passwords.check(password, found[1]):
            await self.change_password(name, password)

    async def set_active(self, name: str, *, active: bool) -> None:
        """Switch an account off (its sessions end at once) or on again. Raises UnknownStaff."""
        async with self._pool.connection() as connection:
            staff_id = await repository.set_active(connection, name, active=active)
            if staff_id is None:
                raise UnknownStaff(name)
            if not active:
                await repository.end_sessions(connection, staff_id)

    async def everyone(self) -> list[tuple[Staff, bool]]:
        async with self._pool.connection() as connection:
            return await repository.everyone(connection)
