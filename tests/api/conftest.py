import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import pytest_asyncio
import structlog
from pydantic import SecretStr

from api.app import create_app
from api.services import Services
from api.settings import ApiSettings
from tests.fakes.rasa import FakeRasa
from tests.fakes.server import loopback_client, served
from tests.fakes.shop import FakeShop

SECRET = "internal-secret-of-the-tests-0123456789"
CUSTOMER_SECRET = "customer-token-secret-of-the-tests-0123456789"
ASSERTION_SECRET = "assertion-secret-of-the-tests-0123456789"


@dataclass
class Customer:
    """A conversation from the customer's side."""

    http: httpx.AsyncClient
    id: str
    token: str
    after: int = 0
    seen: list[dict[str, Any]] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/v1/conversations/{self.id}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        headers = self.headers | {"Idempotency-Key": key or uuid4().hex}
        return await self.http.post(f"{self.path}/messages", json=body, headers=headers)

    async def say(self, text: str, *, key: str | None = None) -> dict[str, Any]:
        answer = await self.post({"text": text}, key=key)
        assert answer.status_code == 202, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def press(self, payload: str) -> httpx.Response:
        return await self.post({"payload": payload})

    async def events(self, *, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.path}/events", params={"after": after, "wait": wait}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        result: list[dict[str, Any]] = answer.json()["events"]
        return result

    async def until(self, enough: Callable[[dict[str, Any]], bool], *, seconds: float = 30) -> dict[str, Any]:
        """Read on until an event is the wanted one."""
        async with asyncio.timeout(seconds):
            while True:
                for event in await self.events(after=self.after, wait=5):
                    if event["type"] == "typing":
                        continue
                    self.after = event["seq"]
                    self.seen.append(event)
                    if enough(event):
                        return event

    async def reply(self) -> dict[str, Any]:
        """The next message that is not the customer's own."""
        return await self.until(lambda event: event["type"] == "message" and event["author"] != "customer")


@dataclass
class Gateway:
    """A running gateway, as seen from outside and inside."""

    url: str
    http: httpx.AsyncClient
    services: Services
    rasa: FakeRasa
    shop: FakeShop

    async def customer(self, **body: Any) -> Customer:
        answer = await self.http.post("/v1/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return Customer(self.http, answer.json()["id"], answer.json()["token"])

    async def sql(self, query: str, *args: Any) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(
            self.services.settings.database_url, options="-c search_path=api", autocommit=True
        ) as connection:
            cursor = await connection.execute(query, args)
            return await cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """What an operator would read from here on: warnings and worse."""
    with structlog.testing.capture_logs() as lines:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        yield lines
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture(scope="session")
def api_database(fresh_database: Callable[[str, str], str]) -> str:
    return fresh_database("api", "api")


@pytest_asyncio.fixture
async def rasa() -> FakeRasa:
    return FakeRasa(SECRET)


@pytest_asyncio.fixture
async def rasa_url(rasa: FakeRasa) -> AsyncIterator[str]:
    async with served(rasa.app) as url:
        yield url


def leave_nothing_open(database_url: str) -> None:
    """The gateways of the next test would answer it."""
    with psycopg.connect(database_url, options="-c search_path=api", autocommit=True) as connection:
        connection.execute("UPDATE turns SET finished_at = now(), outcome = 'dropped' WHERE finished_at IS NULL")


@pytest.fixture
def settings(api_database: str, rasa_url: str, tmp_path: Path) -> Iterator[ApiSettings]:
    yield ApiSettings(
        _env_file=None,  # type: ignore[call-arg] # pydantic-settings takes it, its types do not show it
        data=tmp_path,
        database_url=api_database,
        internal_secret=SecretStr(SECRET),
        assertion_secret=SecretStr(ASSERTION_SECRET),
        customer_token_secret=SecretStr(CUSTOMER_SECRET),
        rasa_url=rasa_url,
        faq_url=rasa_url,
        actions_url=rasa_url,
        turn_timeout=20,
        turn_lease=1,
        limit_conversations_per_address="10000/minute",
        limit_messages_per_conversation="10000/minute",
    )
    leave_nothing_open(api_database)


Start = Callable[..., Any]


@pytest.fixture
def start_gateway(settings: ApiSettings, rasa: FakeRasa) -> Start:
    """`async with start_gateway(turn_timeout=1) as gateway`: another gateway process on the same database."""

    @asynccontextmanager
    async def start(**changes: Any) -> AsyncIterator[Gateway]:
        shop = FakeShop()
        app = create_app(settings.model_copy(update=changes), commerce=shop.as_commerce())
        async with served(app) as url, loopback_client(url) as http:
            yield Gateway(url, http, app.state.services, rasa, shop)

    return start


@pytest_asyncio.fixture
async def gateway(start_gateway: Start) -> AsyncIterator[Gateway]:
    async with start_gateway() as gateway:
        yield gateway
