import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
from fastapi import FastAPI
from psycopg.rows import DictRow

from backends.sandbox.context import Shop
from common.database import fetch_all

ASSERTION_SECRET = "assertion-secret-0123456789abcdef012345"
INTERNAL_SECRET = "internal-secret"


def assertion(sub: str, *, secret: str = ASSERTION_SECRET, **claims: Any) -> str:
    base = {"sub": sub, "auth_level": "customer", "aud": "commerce", "iss": "aftercare", "exp": time.time() + 10**7}
    return jwt.encode(base | claims, secret, algorithm="HS256")


@dataclass(frozen=True)
class ShopClient:
    http: httpx.AsyncClient
    app: FastAPI

    async def get(self, path: str, sub: str = "", **claims: Any) -> httpx.Response:
        return await self.http.get(path, headers=self._headers(sub, claims))

    async def post(
        self, path: str, sub: str = "", body: Any = None, *, key: str | None = None, **claims: Any
    ) -> httpx.Response:
        headers = self._headers(sub, claims) | {"Idempotency-Key": key or str(uuid.uuid4())}
        return await self.http.post(path, json=body or {}, headers=headers)

    async def internal(self, path: str, body: Any = None) -> httpx.Response:
        headers = {"X-Aftercare-Secret": INTERNAL_SECRET}
        return await self.http.post(path, json=body or {}, headers=headers)

    async def rows(self, query: str) -> list[DictRow]:
        state: Shop = self.app.state.shop
        async with state.pool.connection() as connection:
            return await fetch_all(connection, query)

    @staticmethod
    def _headers(sub: str, claims: dict[str, Any]) -> dict[str, str]:
        headers = {"X-Api-Key": "api-key"}
        return headers | {"X-Customer-Assertion": assertion(sub, **claims)} if sub else headers


def return_body(order: str, *lines: tuple[int, int, str], **changes: Any) -> dict[str, Any]:
    """`lines`: position, quantity, reason."""
    wanted = [
        {"line_id": f"ln_{order}_{position}", "quantity": quantity, "reason": reason}
        for position, quantity, reason in lines
    ]
    return {"order_id": f"ord_{order}", "lines": wanted, "resolution": "refund", "method": "label"} | changes
