"""Gateway, action server and sample shop, all real and on a real PostgreSQL; what lies between them breaks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import psycopg
from psycopg.rows import dict_row
from pydantic import SecretStr

from actions.bootstrap import create_executor
from actions.journal import HttpJournal
from actions.metrics import Metrics
from actions.settings import ActionSettings
from api.app import create_app
from api.services import Services
from api.settings import ApiSettings
from backends.http.auth import ApiKey
from backends.http.breaker import CircuitBreaker
from backends.http.client import HttpCommerce
from backends.http.transport import Transport
from backends.sandbox.app import create_app as create_shop
from common.internal import INTERNAL_SECRET_HEADER
from tests.actions.conftest import FakeFaqEntries
from tests.fakes.acting_rasa import ActingRasa
from tests.fakes.server import loopback_client, served
from tests.sandbox.conftest import make_settings
from tests.writes.faulty_shop import FaultyTransport
from tests.writes.wishes import Buyer, add_buyers

PATIENCE = 0.15  # seconds after which a request that is late is given up by whoever sent it
SECRET = "internal-secret-of-the-tests-0123456789"
SERVICE_UNAVAILABLE = 503
CUSTOMER_SECRET = "customer-token-secret-of-the-tests-0123456789"


@dataclass
class Tab:
    """One conversation of a customer."""

    http: httpx.AsyncClient
    id: str
    headers: dict[str, str]
    said: list[str] = field(default_factory=list)

    async def say(self, text: str, key: str = "") -> None:
        self.said.append(text)
        headers = self.headers | {"Idempotency-Key": key or uuid4().hex}
        await patiently(
            self.http, "POST", f"/v1/conversations/{self.id}/messages", json={"text": text}, headers=headers
        )

    async def bot(self) -> list[dict[str, Any]]:
        answer = await patiently(self.http, "GET", f"/v1/conversations/{self.id}/events", headers=self.headers)
        events = answer.json()["events"]
        return [each for each in events if each["type"] == "message" and each["author"] == "bot"]


async def patiently(http: httpx.AsyncClient, method: str, path: str, **request: Any) -> httpx.Response:
    """As a widget does it: a connection that broke, or "not now", is no reason to give up."""
    for _ in range(30):
        with contextlib.suppress(httpx.TransportError):
            answer = await http.request(method, path, **request)
            if answer.status_code != SERVICE_UNAVAILABLE:
                return answer.raise_for_status()
        await asyncio.sleep(0.1)
    raise AssertionError(f"{method} {path} never arrived")


@dataclass
class World:
    gateway: httpx.AsyncClient
    services: Services
    rasa: ActingRasa
    calls: FaultyTransport  # of the action server
    asks: FaultyTransport  # of the gateway, which finds out
    shop_url: str
    journal: httpx.AsyncClient  # with which the action server writes down what was confirmed
    _buyers: int = 0

    async def buyers(self, count: int) -> list[Buyer]:
        first, self._buyers = self._buyers, self._buyers + count
        return await add_buyers(self.shop_url, first, count)

    async def tab(self, buyer: Buyer, where: str = "web", **claims: str) -> Tab:
        base = {"sub": buyer.id, "aud": "aftercare", "exp": datetime.now(UTC) + timedelta(hours=1)}
        body = {"channel": where, "customer_token": jwt.encode(base | claims, CUSTOMER_SECRET, "HS256")}
        made = (await patiently(self.gateway, "POST", "/v1/conversations", json=body)).json()
        return Tab(self.gateway, made["id"], {"Authorization": f"Bearer {made['token']}"})

    async def shop_rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        async with await psycopg.AsyncConnection.connect(
            self.shop_url, row_factory=dict_row, options="-c search_path=shop", autocommit=True
        ) as connection:
            return await (await connection.execute(query, args)).fetchall()

    async def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        async with self.services.pool.connection() as connection:
            return await (await connection.execute(query, args)).fetchall()

    async def quiet(self, *, seconds: float = 60) -> None:
        """Every turn is answered, every write settled, no request underway."""
        open_work = (
            "SELECT (SELECT count(*) FROM turns WHERE finished_at IS NULL)"
            " + (SELECT count(*) FROM writes WHERE state = 'open') AS count"
        )
        async with asyncio.timeout(seconds):
            while (await self.rows(open_work))[0]["count"]:
                await asyncio.sleep(0.02)
                await self.hurry()
            await asyncio.gather(self.calls.settled(), self.asks.settled())

    async def hurry(self) -> None:
        """The pauses between two questions to the shop, and the leases of the dead, are over."""
        async with self.services.pool.connection() as connection:
            await connection.execute("UPDATE writes SET due_at = now() WHERE state = 'open' AND due_at > now()")
        self.services.writes.wanted.set()

    def crash_gateway(self) -> None:
        """Its turns stop where they are; nothing is released, the leases run on until they end."""
        for conversation, task in list(self.services.worker._busy.items()):
            task.cancel()
            # One that had not begun has no chance to say that it is over.
            task.add_done_callback(lambda done, conversation=conversation: self._forget(conversation, done))

    def _forget(self, conversation: UUID, done: "asyncio.Task[None]") -> None:
        busy = self.services.worker._busy
        if busy.get(conversation) is done:
            del busy[conversation]


def api_settings(database: str, data: Path, rasa_url: str) -> ApiSettings:
    return ApiSettings(
        _env_file=None,  # type: ignore[call-arg] # pydantic-settings takes it, its types do not show it
        data=data,
        database_url=database,
        internal_secret=SecretStr(SECRET),
        assertion_secret=make_settings("").assertion_secret,
        customer_token_secret=SecretStr(CUSTOMER_SECRET),
        channels=(("sms", "phone"),),
        rasa_url=rasa_url,
        turn_timeout=10,
        turn_lease=0.6,
        limit_conversations_per_address="100000/minute",
        limit_messages_per_conversation="100000/minute",
    )


def shop_client(transport: FaultyTransport) -> HttpCommerce:
    settings = ActionSettings(commerce_write_timeout=8, commerce_read_timeout=8, commerce_attempt_timeout=8)
    http = httpx.AsyncClient(transport=transport, base_url="http://shop")
    breaker = CircuitBreaker(threshold=1_000_000, recovery=1)
    return HttpCommerce(http, Transport(http, ApiKey(SecretStr("api-key")), breaker, settings), remember_seconds=60)


@asynccontextmanager
async def running_world(api_database: str, shop_database: str, data: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        shop = create_shop(make_settings(shop_database))
        await stack.enter_async_context(shop.router.lifespan_context(shop))
        calls, asks = (
            FaultyTransport(httpx.ASGITransport(shop), patience=PATIENCE, mortal=mortal) for mortal in (True, False)
        )
        journal_http = await stack.enter_async_context(loopback_client())
        executor = create_executor(
            ActionSettings(),
            Metrics(),
            shop=await stack.enter_async_context(shop_client(calls)),
            faq=FakeFaqEntries(),
            journal=HttpJournal(journal_http),
        )
        rasa = ActingRasa(SECRET, executor)
        rasa_url = await stack.enter_async_context(served(rasa.app))
        app = create_app(
            api_settings(api_database, data, rasa_url),
            commerce=await stack.enter_async_context(shop_client(asks)),
        )
        url = await stack.enter_async_context(served(app))
        journal_http.base_url = httpx.URL(url)
        journal_http.headers[INTERNAL_SECRET_HEADER] = SECRET
        gateway = await stack.enter_async_context(loopback_client(url))
        yield World(gateway, app.state.services, rasa, calls, asks, shop_database, journal_http)
