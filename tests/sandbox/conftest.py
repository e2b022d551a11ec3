"""The sample shop in this process on a real PostgreSQL, with a clock that tests move."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from backends.sandbox.app import create_app
from backends.sandbox.settings import SandboxSettings
from tests.postgres import Databases
from tests.sandbox.client import ASSERTION_SECRET, INTERNAL_SECRET, ShopClient


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def make_settings(url: str) -> SandboxSettings:
    return SandboxSettings(
        shop_database_url=url,
        commerce_client_id="aftercare",
        commerce_client_secret=SecretStr("client-secret-of-some-length-0123"),
        commerce_api_key=SecretStr("api-key"),
        assertion_secret=SecretStr(ASSERTION_SECRET),
        customer_token_secret=SecretStr("customer-token-secret-0123456789abcdef"),
        internal_secret=SecretStr(INTERNAL_SECRET),
        shop_webhook_url="",
        shop_webhook_secret=SecretStr("webhook-secret"),
        shop_public_url="http://shop",
    )


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://shop") as http:
        yield http


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
async def seeded(fresh_database: Callable[[str, str], str]) -> str:
    """A shop's database that every test gets a copy of: seeding takes longer than copying."""
    url = fresh_database("backends/sandbox", "shop")
    app = create_app(make_settings(url))
    async with app.router.lifespan_context(app):
        return url


@pytest.fixture
def settings(seeded: str, databases: Databases) -> SandboxSettings:
    return make_settings(databases.copy(seeded))


@pytest.fixture
async def app(settings: SandboxSettings, clock: Clock) -> FastAPI:
    return create_app(settings, clock=clock)


@pytest.fixture
async def shop(app: FastAPI) -> AsyncIterator[ShopClient]:
    """A freshly seeded shop."""
    async with running(app) as http:
        yield ShopClient(http, app)
