"""Writes happen once: the answer is stored in the transaction of its effect, so that both exist or neither."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.auth.callers import ClientDep
from backends.sandbox.auth.tokens import Client
from backends.sandbox.context import Shop, ShopDep, Subject
from common.database import Connection, fetch_one
from common.problems import Problem

KEPT = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Answer:
    kind: Any
    value: Any
    status: int = 200


Work = Callable[[Connection], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Write:
    """One POST: `run` does the work in a transaction, or replays what it answered before."""

    shop: Shop
    client: Client
    key: str
    request: bytes  # digest of path and body

    async def run(self, work: Work, subject: Subject | None = None) -> Response:
        fingerprint = hashlib.sha256(self.request + repr(subject).encode()).digest()
        now = self.shop.clock()
        async with self.shop.pool.connection() as connection:
            await self._claim(connection)
            replay = await self._answered(connection, fingerprint, now)
            if replay is not None:
                return replay
            answer = await work(connection)
            body = to_json(answer.kind, answer.value)
            await connection.execute(
                "INSERT INTO idempotency_keys (client, key, fingerprint, status, body, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (client, key) DO UPDATE SET"
                " fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,"
                " created_at = excluded.created_at",
                (self.client.id, self.key, fingerprint, answer.status, body, now),
            )
        return json_answer(body, answer.status)

    async def _claim(self, connection: Connection) -> None:
        """A lock until the transaction ends; a crashed process loses it with its connection."""
        name = f"{self.client.id}\0{self.key}".encode()
        number = int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)
        row = await fetch_one(connection, "SELECT pg_try_advisory_xact_lock(%s) AS free", number)
        if not row or not row["free"]:
            detail = "The first request with this key is still running."
            raise Problem(409, "idempotency_in_progress", detail, headers={"Retry-After": "1"})

    async def _answered(self, connection: Connection, fingerprint: bytes, now: datetime) -> Response | None:
        row = await fetch_one(
            connection,
            "SELECT fingerprint, status, body FROM idempotency_keys WHERE client = %s AND key = %s AND created_at > %s",
            self.client.id,
            self.key,
            now - KEPT,
        )
        if row is None:
            return None
        if bytes(row["fingerprint"]) != fingerprint:
            raise Problem(422, "idempotency_key_reused", "This key belongs to another request.")
        return json_answer(row["body"], row["status"], {"Idempotent-Replayed": "true"})


async def get_write(
    request: Request, shop: ShopDep, client: ClientDep, idempotency_key: Annotated[str, Header()] = ""
) -> Write:
    if not 1 <= len(idempotency_key) <= 200 or not all("!" <= letter <= "~" for letter in idempotency_key):  # noqa: PLR2004 - of the contract
        raise Problem(400, "idempotency_key_required", "A write needs an Idempotency-Key.")
    body = await request.body()
    try:
        canonical = json.dumps(json.loads(body), sort_keys=True).encode() if body else b"{}"
    except ValueError:
        canonical = body  # refused later, by the endpoint's form
    return Write(shop, client, idempotency_key, hashlib.sha256(request.url.path.encode() + b"\0" + canonical).digest())


WriteDep = Annotated[Write, Depends(get_write)]
