import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

from backends.errors import BackendError
from backends.ports import PolicySource
from common.database import Pool
from common.internal import INTERNAL_SECRET_HEADER

CHECK_SECONDS = 2.0
KEEP_SECONDS = 1.0

Check = Callable[[], Awaitable[None]]


class NotReady(Exception):
    pass


def database_check(pool: Pool) -> Check:
    async def check() -> None:
        async with pool.connection(timeout=CHECK_SECONDS) as connection:
            await connection.execute("SELECT 1 FROM alembic_version")

    return check


def http_check(client: httpx.AsyncClient, url: str, secret: str) -> Check:
    async def check() -> None:
        answer = await client.get(url, headers={INTERNAL_SECRET_HEADER: secret}, timeout=CHECK_SECONDS)
        if answer.status_code != httpx.codes.OK:
            raise NotReady(f"answered {answer.status_code}")

    return check


def backend_check(backend: PolicySource) -> Check:
    async def check() -> None:
        try:
            await backend.policies()
        except BackendError as error:
            raise NotReady(error.code) from None

    return check


class Readiness:
    """Whether everything that a conversation needs answers; asked at most once a second however many ask."""

    def __init__(self, checks: dict[str, Check]) -> None:
        self._checks = checks
        self._lock = asyncio.Lock()
        self._known: dict[str, str] = {}
        self._at = float("-inf")

    async def report(self) -> dict[str, str]:
        """Name of the dependency → "ok" or what is wrong."""
        async with self._lock:
            if time.monotonic() - self._at > KEEP_SECONDS:
                results = await asyncio.gather(*(self._ask(check) for check in self._checks.values()))
                self._known = dict(zip(self._checks, results, strict=True))
                self._at = time.monotonic()
            return self._known

    @staticmethod
    async def _ask(check: Check) -> str:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await check()
        except NotReady as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the dependency is not ready
            return type(error).__name__
        return "ok"
